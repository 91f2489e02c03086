/**
 * What a mail exchanger says when it is out of its mind: good replies damaged, half of them, too many of them, none.
 */
import type { Moment } from '../../simulators/contract.ts'
import type { Chance } from '../chance.ts'
import type { Rubbish } from '../trial.ts'
import { encoded, mutated, rubbish } from './octets.ts'

const good: readonly (readonly [Moment, string])[] = [
  ['connection', '220 mx1.unruly.example ESMTP\r\n'],
  ['EHLO', '250-mx1.unruly.example greets you\r\n250-PIPELINING\r\n250-SIZE 100000\r\n250-CHUNKING\r\n250 DSN\r\n'],
  ['HELO', '250 mx1.unruly.example\r\n'],
  ['STARTTLS', '220 2.0.0 go ahead\r\n'],
  ['tls', '\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03'],
  ['MAIL', '250 2.1.0 ok\r\n'],
  ['RCPT', '250 2.1.5 ok\r\n'],
  ['DATA', '354 go ahead\r\n'],
  ['BDAT', '250 2.0.0 ok\r\n'],
  ['content-end', '250 2.0.0 taken\r\n'],
  ['RSET', '250 2.0.0 ok\r\n'],
  ['QUIT', '221 2.0.0 bye\r\n'],
]

const strange = [
  '',
  '250\r\n',
  '250',
  '250-\r\n',
  '250-a\r\n',
  '250-a\r\n550 b\r\n',
  '250-a\r\n251 b\r\n',
  '250 a\r\n250 b\r\n250 c\r\n',
  '2500 a\r\n',
  '999 a\r\n',
  '000 a\r\n',
  '199 a\r\n',
  '600 a\r\n',
  '354 a\r\n',
  '221 bye\r\n',
  '421 4.3.2 going down\r\n',
  '450 4.2.1 later\r\n',
  '452 4.5.3 too many\r\n',
  '550 5.1.1 \x1b[2Jno\r\n',
  '550 2.0.0 contrary\r\n',
  '550-5.1.1 a\r\n550-\xff\xfe\0\r\n550 5.1.1 z\r\n',
  '551 5.1.6 <elsewhere@there.example>\r\n',
  '552 5.2.2 full\r\n',
  '556 5.1.10 null\r\n',
  '220 a\n',
  '\r\n\r\n\r\n',
  '\0',
  'HTTP/1.1 400 Bad Request\r\n\r\n',
  'SSH-2.0-x\r\n',
  '334 \r\n',
  '235 2.7.0 welcome\r\n',
  '250-SIZE 99999999999999999999999\r\n250-AUTH\r\n250-STARTTLS STARTTLS\r\n250 SIZE -1\r\n',
]

const tooMuch = (chance: Chance): Buffer => {
  switch (chance.below(4)) {
    case 0:
      return encoded('250-endless\r\n'.repeat(20_000))
    case 1:
      return encoded(`250 ${'x'.repeat(20_000)}\r\n`)
    case 2:
      return Buffer.alloc(300_000, 0x32)
    default:
      return encoded('250 again\r\n'.repeat(500))
  }
}

/** A few moments at which the exchanger says rubbish, once each. */
export const drawRubbish = (chance: Chance): readonly Rubbish[] =>
  Array.from({ length: 1 + chance.below(6) }, () => {
    const [at, text] = chance.of(good)
    const kind = chance.below(12)
    const bytes =
      kind >= 10
        ? Buffer.alloc(0)
        : kind < 3
          ? encoded(chance.of(strange))
          : kind < 7
            ? mutated(encoded(text), chance)
            : kind < 9
              ? rubbish(chance, 400)
              : tooMuch(chance)
    return { at, skip: chance.of([0, 0, 0, 1, 2, 5]), bytes, thenClose: bytes.length === 0 || chance.yes(0.3) }
  })
