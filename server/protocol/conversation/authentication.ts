/**
 * AUTH as the client (RFC 4954 §4): the strongest mechanism that both sides know, its challenges answered in base64.
 *
 * The framing only: what to answer is SASL's affair and asked through `sasl` acts, since it takes secrets and hashes.
 * PLAIN and LOGIN show the password, so they are taken only where the caller says that it may be shown.
 */
import { decodeBase64, encodeBase64 } from '../authentication/base64.ts'
import type { Breakdown, Dialogue, Heard, SaslMechanism, Talk } from './dialogue.ts'
import { isPositive } from './dialogue.ts'

/** Best first. */
const strongest: readonly SaslMechanism[] = ['SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN']
/** Octets of a command line, CRLF included (rfc4954-4-09). */
const longestCommand = 512
/** A mechanism that takes more steps than this leads nowhere. */
const mostSteps = 10

export type Authenticated =
  | { readonly kind: 'authenticated'; readonly mechanism: SaslMechanism }
  /** Nothing offered that may be used. */
  | { readonly kind: 'no-mechanism' }
  /** The server, or we (its proof was wrong, its challenge no base64): `reply` is its last word. */
  | { readonly kind: 'refused'; readonly heard: Extract<Heard, { kind: 'reply' }>; readonly distrusted: boolean }
  | Breakdown

function* ask(
  mechanism: SaslMechanism,
  step: 'begin' | 'challenge' | 'success',
  data: Uint8Array,
): Talk<Uint8Array | undefined> {
  const event = yield { act: 'sasl', mechanism, step, data }
  if (event.event !== 'sasl') throw new Error(`${event.event} is no answer to sasl`)
  return event.data
}

function* tryMechanism(
  dialogue: Dialogue,
  mechanism: SaslMechanism,
): Talk<{ readonly heard: Heard; readonly distrusted: boolean }> {
  const initial = yield* ask(mechanism, 'begin', new Uint8Array())
  // rfc4954-4-01, rfc4954-4-10: base64, or `=` for an empty one
  const said = initial === undefined ? undefined : initial.length === 0 ? '=' : encodeBase64(initial)
  const whole = said === undefined ? `AUTH ${mechanism}` : `AUTH ${mechanism} ${said}`
  const fits = whole.length + 2 <= longestCommand
  // rfc4954-4-09: what does not fit the line waits for the first, empty challenge
  let waiting = fits ? undefined : initial
  let heard = yield* dialogue.say(fits ? whole : `AUTH ${mechanism}`, 'AUTH')
  let distrusted = false
  for (let step = 0; heard.kind === 'reply' && heard.reply.code === 334; step++) {
    // rfc4954-4-34: as long as it may be
    const challenge = decodeBase64(heard.reply.lines.join('').trim())
    let answer = waiting
    if (challenge === undefined || step >= mostSteps) answer = undefined
    else answer ??= yield* ask(mechanism, 'challenge', challenge)
    waiting = undefined
    if (answer === undefined) {
      if (distrusted) break // it goes on after a cancelled exchange
      distrusted = true
    }
    heard = yield* dialogue.say(answer === undefined ? '*' : encodeBase64(answer), 'AUTH') // rfc4954-4-15
  }
  if (isPositive(heard) && !distrusted) {
    // rfc5802-5-03: a server that did not prove itself has not let us in
    distrusted = (yield* ask(mechanism, 'success', new Uint8Array())) === undefined
  }
  return { heard, distrusted }
}

/** `offered` in upper case. `mayShowPassword`: PLAIN and LOGIN are allowed on this line (rfc4954-14-01). */
export function* authenticate(
  dialogue: Dialogue,
  offered: readonly string[],
  mayShowPassword: boolean,
): Talk<Authenticated> {
  let refused: Authenticated = { kind: 'no-mechanism' }
  for (const mechanism of strongest) {
    const showsPassword = mechanism === 'PLAIN' || mechanism === 'LOGIN'
    if (!offered.includes(mechanism) || (showsPassword && !mayShowPassword)) continue
    const { heard, distrusted } = yield* tryMechanism(dialogue, mechanism)
    if (heard.kind === 'breakdown') return heard
    if (isPositive(heard) && !distrusted) return { kind: 'authenticated', mechanism }
    refused = { kind: 'refused', heard, distrusted }
    // rfc4954-6-07: another mechanism may do where this one is too weak (534), unknown (504) or went wrong on our side;
    // 535 and 454 would be said of all
    const another = heard.reply.code === 534 || heard.reply.code === 504 || (distrusted && heard.reply.code === 501)
    if (!another || dialogue.spent) return refused
  }
  return refused
}
