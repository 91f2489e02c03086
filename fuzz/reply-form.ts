/**
 * The form of one reply, whatever it answers: RFC 5321 §4.2, RFC 2034 §4.
 *
 * Sure or silent: which command was answered is not looked at, so an enhanced code that is missing is not a fault here.
 */
import type { WireReply } from '../simulators/contract.ts'

/** RFC 5321 §4.5.3.1.5, CRLF included; a challenge may be as long as RFC 4954 §4 allows. */
const longestLine = 512
const longestChallenge = 12_288 + 6

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Sentences; none when the reply is sound. */
export const replyFaults = (reply: WireReply): readonly string[] => {
  const text = Buffer.from(reply.raw).toString('latin1')
  const say = (what: string): string => `${what}: ${JSON.stringify(text.slice(0, 120))}`
  const faults: string[] = []
  const lines = text.split('\r\n').slice(0, -1)
  if (lines.join('\r\n').concat('\r\n') !== text) faults.push(say('a reply whose lines do not end in CRLF'))
  if (lines.some((line) => line.slice(0, 3) !== String(reply.code))) faults.push(say('a reply of several codes'))
  if (!/^[2-5][0-5]\d$/.test(String(reply.code))) faults.push(say('a reply code that has no meaning'))
  if (lines.some((line, index) => line[3] !== (index === lines.length - 1 ? ' ' : '-'))) {
    faults.push(say('a wrong character after the code'))
  }
  const longest = reply.code === 334 ? longestChallenge : longestLine
  if (lines.some((line) => line.length + 2 > longest)) faults.push(say('a reply line that is too long'))
  if (/[^\x20-\x7e\x80-\xff\r\n]|\r(?!\n)|(?<!\r)\n/.test(text)) faults.push(say('control characters in a reply'))
  // Only what VRFY and EXPN show under SMTPUTF8 may be more than ASCII (RFC 6531 §3.7.4.2).
  if (/[\x80-\xff]/.test(text) && !(reply.code === 250 && reply.enhanced === '2.1.5' && isUtf8(reply.raw))) {
    faults.push(say('octets beyond ASCII in a reply'))
  }
  const classes = lines.flatMap((line) => /^[2-5]\d\d[ -]([245])\.\d{1,3}\.\d{1,3}(?: |$)/.exec(line)?.[1] ?? [])
  if (classes.some((one) => one !== String(reply.code)[0])) faults.push(say('an enhanced code of another class'))
  return faults
}
