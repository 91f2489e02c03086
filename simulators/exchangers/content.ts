/**
 * Reading the content of a message from a channel: dot-terminated after DATA, counted after BDAT.
 *
 * Only CRLF "." CRLF ends the content and only a dot after CRLF is transparency (RFC 5321 §4.5.2): everything else stays
 * byte for byte. Reading may be slow on purpose. `undefined` means that the client went away in the middle.
 */
import type { Channel } from '../channel.ts'

/** Octets a second; undefined reads as fast as it comes. */
export type Pace = number | undefined

/** How often a slow reader reads, in milliseconds. */
const SLOW_STEP = 50

export async function readDotted(channel: Channel, pace: Pace): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let carry = Buffer.from('\r\n')
  for (;;) {
    const waiting = portion(channel, pace)
    const seen = Buffer.concat([carry, waiting])
    const at = seen.indexOf('\r\n.\r\n')
    if (at >= 0) {
      pieces.push(channel.take(at + 5 - carry.length))
      const whole = Buffer.concat(pieces)
      return withoutTransparency(whole.subarray(0, whole.length - 3))
    }
    if (waiting.length > 0) pieces.push(channel.take(waiting.length))
    carry = seen.subarray(-4)
    if (!(await onward(channel, pace))) return undefined
  }
}

export async function readCounted(channel: Channel, octets: number, pace: Pace): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let missing = octets
  while (missing > 0) {
    const piece = channel.take(Math.min(missing, portion(channel, pace).length))
    pieces.push(piece)
    missing -= piece.length
    if (missing > 0 && !(await onward(channel, pace))) return undefined
  }
  return Buffer.concat(pieces)
}

function portion(channel: Channel, pace: Pace): Buffer {
  const { waiting } = channel
  return pace === undefined ? waiting : waiting.subarray(0, Math.max(1, Math.ceil((pace * SLOW_STEP) / 1000)))
}

async function onward(channel: Channel, pace: Pace): Promise<boolean> {
  if (pace !== undefined && !(await channel.wait(SLOW_STEP))) return false
  return channel.waiting.length > 0 || (await channel.more())
}

function withoutTransparency(content: Buffer): Buffer {
  const pieces: Buffer[] = []
  let start = content[0] === 0x2e ? 1 : 0
  for (let at = content.indexOf('\r\n.'); at >= 0; at = content.indexOf('\r\n.', at + 3)) {
    pieces.push(content.subarray(start, at + 2))
    start = at + 3
  }
  pieces.push(content.subarray(start))
  return Buffer.concat(pieces)
}
