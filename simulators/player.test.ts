import { describe, expect, test } from 'vitest'
import type { ExchangerOptions, Fault } from './contract.ts'
import { parseScript, scriptOf } from './notation.ts'
import { mismatchText, playScript } from './player.ts'
import type { Mismatch } from './player.ts'
import { openScene } from './scene.ts'

/** Plays the text against an exchanger of a scene of its own. */
async function play(
  text: string,
  options: ExchangerOptions = {},
  faults: readonly Fault[] = [],
): Promise<Mismatch | undefined> {
  await using scene = await openScene()
  const exchanger = await scene.exchanger('mx1.there.example', options)
  for (const fault of faults) exchanger.declare(fault)
  const client = await scene.connect({ host: exchanger.address, port: exchanger.port }, { patience: 200 })
  const waits: number[] = []
  return await playScript(parseScript(text), client, { wait: async (milliseconds) => void waits.push(milliseconds) })
}

const WHOLE = `
  S: 220
  C: EHLO client.example
  S: 250-
  C: MAIL FROM:<a@here.example>
  C: RCPT TO:<b@there.example>
  C: DATA
  S: 250 2.1.0
  S: 2yz 2.1.x
  S: 354
  C: Subject: x
  C:
  C| ..dot\\r\\n
  C: .
  S: 250|251
  + 3d
  C: QUIT
  S: 221 2.y.z
  S!
`

describe('the player', () => {
  test('a conversation that holds', async () => {
    expect(await play(WHOLE)).toBeUndefined()
  })

  test('STARTTLS begins TLS', async () => {
    const script = 'S: 220\nC: EHLO c.example\nS: 250\nC: STARTTLS\nS: 220\nC: EHLO c.example\nS: 250\nC: QUIT\nS: 221'
    expect(await play(script, { certificate: 'good' })).toBeUndefined()
  })

  test('a recorded conversation plays again', async () => {
    await using scene = await openScene()
    const exchanger = await scene.exchanger('mx1.there.example')
    const place = { host: exchanger.address, port: exchanger.port }
    await playScript(parseScript(WHOLE), await scene.connect(place), { wait: async () => undefined })
    const [recorded] = exchanger.conversations
    if (recorded === undefined) throw new Error('nothing was recorded')
    expect(await playScript(scriptOf(recorded), await scene.connect(place))).toBeUndefined()
    expect(exchanger.received).toHaveLength(2)
    expect(exchanger.received[1]?.content).toEqual(exchanger.received[0]?.content)
  })

  test.each<[string, string, Partial<Mismatch>, Fault?]>([
    [
      'another code',
      'S: 220\nC: NOOP\nS: 5yz',
      { line: 3, expected: 'S: 5yz', actual: expect.stringMatching(/^S: 250 /) as string },
    ],
    [
      'another enhanced code',
      'S: 220\nC: EHLO c.example\nS: 250\nC: NOOP\nS: 250 2.1.0',
      { line: 5, actual: 'S: 250 2.0.0 ok' },
    ],
    ['no reply', 'S: 220\nS: 250', { line: 2, actual: expect.stringContaining('No reply within 200 ms') as string }],
    [
      'closed instead',
      'S: 220\nC: QUIT\nS: 221\nS: 250',
      { line: 4, actual: expect.stringContaining('closed instead') as string },
    ],
    ['kept open instead', 'S: 220\nS!', { line: 2, actual: '(the server keeps the connection open)' }],
    [
      'a reply too many',
      'S: 220\nC: NOOP\nS: 250',
      { line: 3, expected: '(nothing more)', actual: 'S: 250 two' },
      { at: 'RSET', misbehaviour: { do: 'bytes', bytes: Buffer.from('250 one\r\n250 two\r\n') } },
    ],
    [
      'other bytes',
      'S: 220\nC: RSET\nS| 250 ok\\r\\n',
      { line: 3, actual: 'S| 250 ok\\n' },
      { at: 'RSET', misbehaviour: { do: 'bytes', bytes: Buffer.from('250 ok\n') } },
    ],
  ])('%s', async (name, script, mismatch, fault) => {
    const text = name === 'a reply too many' ? script.replace('NOOP', 'RSET') : script
    const found = await play(text, {}, fault === undefined ? [] : [fault])
    expect(found).toMatchObject(mismatch)
    if (found === undefined) return
    expect(mismatchText(found)).toContain(`expected: ${found.expected}`)
    expect(mismatchText(found)).toContain('S: 220 mx1.there.example ESMTP')
  })
})
