import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { annotationsOf, badgeOf, indexOf, summaryOf } from './continuous.ts'
import { alterations, reportOf } from './document.ts'
import type { ReportDocument } from './document.ts'
import { merge } from './merge.ts'
import { sarifOf } from './sarif.ts'
import { readPrivateKey, readPublicKey, signatureFault, signed } from './signature.ts'
import { judge } from './verdict.ts'
import type { Judged } from './verdict.ts'

const ran = (uri: string, line: number, passed: boolean, retried?: readonly string[]): Judged =>
  judge({
    uri: `features/${uri}.feature`,
    line,
    feature: 'Order, and more',
    name: `Row ${line}`,
    tags: ['rfc5321-4.1.4-02', 'must'],
    steps: [{ text: 'it is so', status: passed ? 'passed' : 'failed', message: '50% | said\nno' }],
    evidence: [],
    milliseconds: 1,
    ...(retried !== undefined && { retried }),
  })

const catalogue = {
  requirements: new Map([
    [
      'rfc5321-4.1.4-02',
      { id: 'rfc5321-4.1.4-02', level: 'MUST', role: '', testable: 'wire', what: 'In order', how: '' },
    ],
  ]),
  restatements: new Map<string, string>(),
  reasons: new Map<string, string>(),
  beyond: new Map<string, string>(),
}

const report = (target: string, judged: readonly Judged[], shard?: string, version = '1'): ReportDocument =>
  reportOf(
    '0',
    { name: target, version },
    {
      startedAt: '2026-11-24T12:00:00.000Z',
      milliseconds: 1,
      machine: {},
      command: '',
      ...(shard !== undefined && { shard }),
    },
    judged,
    catalogue,
  )

const all = [ran('a', 2, true), ran('a', 10, false), ran('b', 1, true)]
const [first, second, third] = all
const named = (...reports: readonly ReportDocument[]) =>
  reports.map((one, index) => ({ name: `${index}`, report: one }))
const merged = (...reports: readonly ReportDocument[]): ReportDocument => {
  const result = merge(named(...reports))
  if (result.kind === 'mistakes') throw new Error(result.mistakes.join('\n'))
  return result.report
}

describe('merged', () => {
  test('parts give the same result as one run, in whatever order they are given', () => {
    const one = report('reference', [third!, first!], '2/2')
    const other = report('reference', [second!], '1/2')
    const whole = report('reference', all)
    expect(merged(one, other).scenarios).toEqual(whole.scenarios)
    expect(merged(one, other).requirements).toEqual(whole.requirements)
    expect(merged(one, other)).toEqual(merged(other, one))
    expect(alterations(merged(one, other))).toEqual([])
  })

  test('several targets make a matrix, ours first', () => {
    const both = merged(report('exim', all), report('reference', all))
    expect(both.head.targets.map(({ name }) => name)).toEqual(['reference', 'exim'])
    expect(both.scenarios.map(({ place, target }) => `${place} ${target}`).slice(0, 3)).toEqual([
      'features/a.feature:2 reference',
      'features/a.feature:2 exim',
      'features/a.feature:10 reference',
    ])
  })

  const part = report('reference', [first!], '1/3')
  test.each<[string, readonly ReportDocument[], RegExp]>([
    ['nothing', [], /nothing to merge/],
    ['an altered report', [{ ...part, chain: 'x' }], /0 was altered/],
    ['a scenario that ran twice', [report('reference', all), report('reference', [first!])], /stands in 2 reports/],
    ['parts that are not all there', [part, report('reference', [third!], '3/3')], /part 2\/3 of reference is missing/],
    ['two versions', [report('exim', [first!]), report('exim', [third!], undefined, '2')], /the version of exim/],
  ])('never %s', (_what, reports, mistake) => {
    const result = merge(named(...reports))
    expect(result.kind === 'mistakes' && result.mistakes.join('\n')).toMatch(mistake)
  })
})

describe('a signature', () => {
  const pair = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const other = generateKeyPairSync('ed25519')
  const privateKey = readPrivateKey(pair.privateKey)
  const publicKey = readPublicKey(pair.publicKey)
  if (privateKey.kind === 'no key' || publicKey.kind === 'no key') throw new Error('no key')
  const made = signed(report('reference', all), privateKey.key)

  test('vouches, and leaves the report as it was', () => {
    expect(signatureFault(JSON.parse(JSON.stringify(made)) as ReportDocument, publicKey.key)).toBeUndefined()
    expect(alterations(made)).toEqual([])
  })

  test.each<[string, ReportDocument, RegExp]>([
    ['nobody signed', report('reference', all), /not signed/],
    ['another key signed', signed(made, other.privateKey), /another key/],
    ['was chained anew', { ...report('reference', [first!]), signature: made.signature! }, /does not match/],
  ])('does not vouch for what %s', (_what, altered, fault) => {
    expect(signatureFault(altered, publicKey.key)).toMatch(fault)
  })

  test.each([
    ['not a key', /no key in PEM/],
    [
      generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      }).privateKey,
      /not for Ed25519/,
    ],
  ])('needs a key that fits', (pem, why) => {
    const read = readPrivateKey(pem)
    expect(read.kind === 'no key' && read.why).toMatch(why)
  })
})

describe('for other tools', () => {
  const retried = ran('c', 4, true, ['it is so: no'])
  const both = merged(report('exim', [...all, retried]), report('reference', [first!]))

  test('annotations are escaped, and a retried scenario is never silent', () => {
    expect(annotationsOf(both)).toEqual([
      '::error file=features/a.feature,line=10,title=exim%3A Order%2C and more › Row 10::fail%0Arfc5321-4.1.4-02%0A50%25 | said%0Ano',
      '::notice file=features/c.feature,line=4,title=exim%3A Order%2C and more › Row 4::retried: it is so: no',
    ])
  })

  test('the summary has a row for each target', () => {
    const rows = summaryOf(both)
      .split('\n')
      .filter((line) => /^\| (?:exim|reference)/.test(line))
    expect(rows).toHaveLength(2)
    expect(summaryOf(both)).toContain('### Retried')
    expect(new Set(rows.map((row) => row.split('|').length))).toEqual(new Set([10]))
  })

  test.each([
    [both, '1 MUST fail', 'red'],
    [report('reference', [first!]), '1 scenarios hold', 'brightgreen'],
    [report('reference', []), 'not judged', 'lightgrey'],
  ])('a badge', (one, message, color) => {
    expect(badgeOf(one)).toEqual({ schemaVersion: 1, label: 'smtpspec', message, color })
  })

  test('an index, target by target', () => {
    const index = indexOf(both) as Record<string, Record<string, { readonly behavior: string }>>
    expect(index['exim']?.['features/a.feature:10']?.behavior).toBe('FAILED')
    expect(index['reference']?.['features/a.feature:2']?.behavior).toBe('OK')
  })

  test('SARIF with one result and its rule', () => {
    expect(sarifOf(both)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { rules: [{ id: 'rfc5321-4.1.4-02', shortDescription: { text: 'In order' } }] } },
          results: [{ ruleId: 'rfc5321-4.1.4-02', ruleIndex: 0, level: 'error', baselineState: 'new' }],
        },
      ],
    })
  })
})
