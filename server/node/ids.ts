/**
 * The Ids port: names in the order of time, and chance that nobody can foresee.
 */
import { randomBytes } from 'node:crypto'
import type { Clock, Ids } from '../ports.ts'

/** Lower case only, so that names stay apart on file systems that fold case; in ASCII order, so that they sort. */
const digits = '0123456789abcdefghijkmnpqrstuvwxyz'
const base = digits.length

const written = (number: number, length: number): string => {
  let text = ''
  let rest = number
  for (let place = 0; place < length; place++) {
    text = digits.charAt(rest % base) + text
    rest = Math.floor(rest / base)
  }
  return text
}

/** Ten places of time (milliseconds, enough for 40,000 years), three that count, six of chance: 19 characters. */
export const createIds = (clock: Pick<Clock, 'now'>): Ids => {
  let counter = 0
  return {
    unique: () => {
      counter = (counter + 1) % base ** 3
      const chance = randomBytes(6).readUIntBE(0, 6) % base ** 6
      return written(clock.now(), 10) + written(counter, 3) + written(chance, 6)
    },
    fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
    secret: (octets) => new Uint8Array(randomBytes(octets)),
  }
}
