import { describe, expect, test } from 'vitest'
import type { Spoken } from '../simulators/contract.ts'
import { parseScript } from '../simulators/notation.ts'
import { reckon } from './reckoning.ts'

const said = (side: 'C' | 'S', bytes: Uint8Array | string): Spoken => ({ at: 0, side, bytes: Buffer.from(bytes) })

/** What was spoken, written in the notation: `C:` and `S:` lines, exact bytes, `# TLS begins`. */
const spokenOf = (text: string): readonly Spoken[] =>
  parseScript(text).map((line): Spoken => {
    if (line.kind === 'line') return said('C', `${line.text}\r\n`)
    if (line.kind === 'reply') return said('S', `${line.codes}${line.separator}${line.text}\r\n`)
    if (line.kind === 'bytes') return said(line.side, line.bytes)
    return { at: 0, side: '!', bytes: Buffer.alloc(0), note: line.kind === 'comment' ? line.text : line.kind }
  })

const hello = 'S: 220 mx\nC: EHLO c\nS: 250 mx\n'
const mail = `${hello}C: MAIL FROM:<a@b>\nS: 250 2.1.0 ok\nC: RCPT TO:<c@d>\nS: 250 2.1.5 ok\n`

describe('what a server owes', () => {
  test.each<[string, string, { owed?: boolean; between?: boolean; faults?: number; accepted?: readonly string[] }]>([
    ['the greeting', '', { owed: true }],
    ['nothing to half a line', `${hello}C| NOO`, { between: false }],
    ['a reply to a whole line', `${hello}C: NOOP`, { owed: true, between: false }],
    ['one reply, no more', `${hello}C: NOOP\nS: 250 2.0.0 a\nS: 250 2.0.0 b`, { faults: 1 }],
    ['replies in order', `${hello}C| NOOP\\r\\nQUIT\\r\\n\nS: 221 2.0.0 bye\nS: 250 2.0.0 ok`, { faults: 2 }],
    ['nothing within content', `${mail}C: DATA\nS: 354 go\nC: QUIT`, { between: false }],
    [
      'one reply to content',
      `${mail}C: DATA\nS: 354 go\nC: ..x\nC: .\nS: 250 2.0.0 accepted as m1`,
      { accepted: ['m1: .x\r\n'] },
    ],
    ['content that is empty', `${mail}C: DATA\nS: 354 go\nC: .\nS: 250 2.0.0 accepted as m1`, { accepted: ['m1: '] }],
    ['nothing within a chunk', `${mail}C| BDAT 6 LAST\\r\\nQUIT\\r`, { between: false }],
    [
      'one reply to a chunk',
      `${mail}C| BDAT 6 LAST\\r\\nQUIT\\r\\n\nS: 250 2.0.0 accepted as m2`,
      { accepted: ['m2: QUIT\r\n'] },
    ],
    [
      'the octets of a refused chunk',
      `${hello}C| BDAT 6\\r\\nQUIT\\r\\nNOOP\\r\\n\nS: 503 5.5.1 no\nS: 250 2.0.0 ok`,
      {},
    ],
    [
      'an acceptance with recipients',
      `${hello}C| BDAT 0 LAST\\r\\n\nS: 250 2.0.0 accepted as m3`,
      { faults: 1, accepted: ['m3: '] },
    ],
    ['a reply to each response of AUTH', `${hello}C: AUTH LOGIN\nS: 334 \nC: QUIT\nS: 334 \nC: *\nS: 501 5.7.0 no`, {}],
    [
      'nothing to what follows STARTTLS in clear',
      `${hello}C| STARTTLS\\r\\nNOOP\\r\\n\nS: 220 2.0.0 go\n# TLS begins\nC: NOOP\nS: 250 2.0.0 ok`,
      {},
    ],
    ['500 to a line that is too long', `${hello}C: NOOP ${'x'.repeat(5000)}\nS: 250 2.0.0 ok`, { faults: 1 }],
    ['a code that answers the verb', `${hello}C: RSET\nS: 354 go`, { faults: 1 }],
    ['a 421 at any time', `${hello}S: 421 4.3.2 bye`, {}],
    ['sound replies', `${hello}C: NOOP\nS| 250 2.0.0 a\\0\\n`, { faults: 2 }],
    ['503 in a session that the greeting refused', 'S: 554 mx no\nC: NOOP\nS: 250 2.0.0 ok', { faults: 1 }],
  ])('%s', (_, text, { owed = false, between = true, faults = 0, accepted = [] }) => {
    const reckoning = reckon(spokenOf(text))
    expect(reckoning.faults).toHaveLength(faults)
    expect(reckoning.owed).toBe(owed)
    expect(reckoning.accepted.map(({ id, content }) => `${id}: ${content.toString('latin1')}`)).toEqual(accepted)
    expect(reckoning.between || reckoning.over).toBe(between && !owed)
  })
})
