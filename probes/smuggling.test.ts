import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emittedIn, findingText, hasBareLineEnd, receiversOf, senderClasses, sendersOf, variants } from './smuggling.ts'
import type { Variant } from './smuggling.ts'

const variant = (number: string): Variant => {
  const found = variants.find(({ id }) => id === `smuggling-${number}`)
  if (found === undefined) throw new Error(`no variant ${number}`)
  return found
}

test('every variant is a requirement, and given once', () => {
  const rows = readFileSync(join(import.meta.dirname, '../fixtures/requirements/smuggling.tsv'), 'utf8')
  const ids = variants.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !rows.includes(`${id}\t`))).toEqual([])
})

test('none of them is the true end', () => {
  expect(variants.filter(({ octets }) => octets.includes('\r\n.\r\n'))).toEqual([])
})

const emits = (name: string, content: string): string =>
  senderClasses.find((sender) => sender.name === name)?.emits(content) ?? ''

/** The field's own table: can a sender that doubles dots emit it? */
describe('who can emit what', () => {
  test.each<readonly [string, readonly string[]]>([
    ['01', ['passes bare CR and LF', 'passes bare LF only', 'drops NUL after doubling dots']],
    ['04', ['passes bare CR and LF', 'passes bare CR only', 'drops NUL after doubling dots']],
    ['05', ['passes bare CR and LF', 'passes bare LF only', 'drops NUL after doubling dots']],
    ['07', []],
    ['08', []],
    ['09', []],
    ['12', []],
    [
      '11',
      [
        'passes bare CR and LF',
        'passes bare LF only',
        'passes bare CR only',
        'cleans bare CR and LF to CRLF after doubling dots',
      ],
    ],
  ])('smuggling-%s', (number, senders) => {
    expect(sendersOf(variant(number))).toEqual(senders)
  })

  test('two classes emit the true end out of something else', () => {
    expect(emits('cleans bare CR and LF to CRLF after doubling dots', 'a\r.\rb')).toBe('a\r\n.\r\nb')
    expect(emits('drops NUL after doubling dots', 'a\r\n\0.\r\nb')).toBe('a\r\n.\r\nb')
  })
})

describe('what was emitted', () => {
  test.each<readonly [string, readonly string[]]>([
    ['Subject: x\r\n\r\nbody\r\n', []],
    ['a\r\n..\r\nb\r\n', []],
    ['a\n.\nb\r\n', ['01']],
    ['a\n.\r\nb\r\n', ['05']],
    ['a\r\n.\rb\r\n', ['08']],
    ['a\r.\r\nb\r\n', ['06']],
    ['.\nb', ['23']],
  ])('%j', (wire, numbers) => {
    expect(emittedIn(wire).map(({ id }) => id)).toEqual(numbers.map((number) => `smuggling-${number}`))
  })

  test('pairs with the receivers that end the content there', () => {
    expect(receiversOf([variant('05')])).toEqual([
      'takes bare LF for a line end',
      'takes a dot after any LF',
      'takes either for a line end',
    ])
    expect(receiversOf([variant('31')])).toEqual([])
  })
})

test('only a bare CR or LF is a fault of the sender', () => {
  expect([variant('05'), variant('11'), variant('21'), variant('27')].map(hasBareLineEnd)).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test('a finding in words', () => {
  const finding = { variant: variant('05'), deviates: true, exploitableWith: ['a', 'b'], told: 'ends the data: 250' }
  expect(findingText(finding)).toBe(
    String.raw`smuggling-05 \n.\r\n: ends the data: 250; DEVIATES; exploitable with: a | b`,
  )
})
