/**
 * Octets that readers like to stumble over: pure noise, noise of the letters that have a meaning, and the classics.
 */
import type { Chance } from '../chance.ts'

/** Pieces that have a meaning somewhere in a session. */
export const meaningful: readonly string[] = [
  '\r\n',
  '\n',
  '\r',
  '\r\r\n',
  '.',
  '\r\n.\r\n',
  '\n.\n',
  '\r\n.\n',
  '\r.\r',
  '..',
  ' ',
  '\t',
  '\0',
  '<>',
  '<',
  '>',
  ':',
  '"',
  '\\',
  '@',
  '=',
  '+',
  '*',
  '%',
  '[127.0.0.1]',
  '[IPv6:::1]',
  'EHLO ',
  'MAIL FROM:',
  'RCPT TO:',
  'DATA',
  'BDAT ',
  ' LAST',
  'AUTH ',
  'STARTTLS',
  'QUIT',
  'RSET',
  ' SMTPUTF8',
  '\u{2028}',
  'é',
  '\u{feff}',
  '\xff',
  '\xc0\x80',
  '\x7f',
  '\x1b[31m',
  '\x16\x03\x01\x00\x05',
  '4294967296',
  '9007199254740993',
  '-1',
]

/** Letters above U+00FF as UTF-8, the others as one octet each. */
export const encoded = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text, (letter) => (/[\0-\xff]/.test(letter) ? Buffer.from(letter, 'latin1') : Buffer.from(letter))),
  )

/** Anything at all, of at most about `most` octets. */
export const rubbish = (chance: Chance, most: number): Buffer => {
  switch (chance.below(4)) {
    case 0:
      return chance.octets(1 + chance.below(most))
    case 1:
      return encoded(Array.from({ length: 1 + chance.below(12) }, () => chance.of(meaningful)).join(''))
    case 2:
      return Buffer.alloc(
        1 + chance.below(most),
        chance.of(['A', '\0', '\r', '\n', '.', '<', '"', '\xff', ' ', '\r\n']),
        'latin1',
      )
    default:
      return Buffer.concat(
        Array.from({ length: 1 + chance.below(8) }, () =>
          chance.yes(0.5) ? encoded(chance.of(meaningful)) : chance.octets(1 + chance.below(20)),
        ),
      )
  }
}

/** Octets with one to a few small things done to them. */
export const mutated = (octets: Buffer, chance: Chance): Buffer => {
  let changed = octets
  for (let left = 1 + chance.below(4); left > 0; left -= 1) changed = mutatedOnce(changed, chance)
  return changed
}

const mutatedOnce = (octets: Buffer, chance: Chance): Buffer => {
  const at = chance.below(octets.length + 1)
  const to = Math.min(octets.length, at + 1 + chance.below(chance.yes(0.8) ? 8 : octets.length))
  const spliced = (piece: Uint8Array, until: number): Buffer =>
    Buffer.concat([octets.subarray(0, at), piece, octets.subarray(until)])
  switch (chance.below(7)) {
    case 0:
      return spliced(chance.octets(1), Math.min(octets.length, at + 1))
    case 1:
      return spliced(encoded(chance.of(meaningful)), at)
    case 2:
      return spliced(encoded(chance.of(meaningful)), to)
    case 3:
      return spliced(new Uint8Array(0), to)
    case 4:
      return spliced(octets.subarray(at, to), at)
    case 5:
      return spliced(Buffer.alloc(1 + chance.below(chance.yes(0.9) ? 600 : 20_000), octets[at] ?? 0x41), at)
    default:
      return spliced(rubbish(chance, 40), at)
  }
}
