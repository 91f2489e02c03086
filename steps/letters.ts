/**
 * A letter is one message that somebody in a scenario handed in, with what became of it at the door.
 *
 * Each carries a token of its own in Subject and Message-ID, so that it is recognised wherever it turns up: at a mail
 * exchanger, in a mailbox, inside a notification. What was refused must be looked at by a step (standing check 1).
 */
import type { SubmissionResult } from '../simulators/contract.ts'

export interface Letter {
  readonly token: string
  readonly from: string
  readonly to: readonly string[]
  readonly content: Uint8Array
  readonly result: SubmissionResult
  /** A Then step has looked at what was refused. */
  looked: boolean
}

/** How one recipient fared at the door: its own refusal, or the whole message's. */
export type Fate =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: number; readonly text: string }

export const fateOf = (letter: Letter, recipient: string): Fate => {
  const same = (address: string | undefined): boolean => address?.toLowerCase() === recipient.toLowerCase()
  const own = letter.result.refused.find((refusal) => same(refusal.recipient))
  const whole = letter.result.refused.find((refusal) => refusal.recipient === undefined)
  const refusal = own ?? whole
  if (refusal !== undefined) return { kind: 'refused', code: refusal.code, text: refusal.text }
  if (letter.result.accepted.some(same)) return { kind: 'accepted' }
  return { kind: 'refused', code: 0, text: 'the session ended before an answer came' }
}

/** Recipients whose delivery the server took responsibility for. */
export const acceptedRecipients = (letter: Letter): readonly string[] =>
  letter.to.filter((recipient) => fateOf(letter, recipient).kind === 'accepted')

const encoder = new TextEncoder()

/** A small plain message that says who wrote to whom. */
export const plainMessage = (token: string, from: string, to: readonly string[], at: Date): Uint8Array =>
  encoder.encode(
    [
      `From: <${from === '' ? 'postmaster@elsewhere.example' : from}>`,
      `To: ${to.map((address) => `<${address}>`).join(',\r\n ')}`,
      `Subject: ${token}`,
      `Message-ID: <${token}@here.example>`,
      `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
      '',
      `A message with the token ${token}.`,
      '',
    ].join('\r\n'),
  )

export const carries = (content: Uint8Array, token: string): boolean => Buffer.from(content).includes(token)
