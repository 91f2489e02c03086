/**
 * The client's side of an SMTP session, or of an LMTP one: open it, hold mail transactions, end it (RFC 5321 §3, §4.3;
 * RFC 2033 §4).
 *
 * An I/O-free machine, the twin of `session.ts`. Its verbs are generators (see `conversation/dialogue.ts`): they yield
 * acts to whoever pumps them and are resumed with events. One verb at a time; `open` first, `quit` last and always.
 */
import { Dialogue } from './conversation/dialogue.ts'
import type { Talk } from './conversation/dialogue.ts'
import { transact } from './conversation/mail-transaction.ts'
import type { Verdicts } from './conversation/mail-transaction.ts'
import { open } from './conversation/opening.ts'
import type { Opened, OpeningTerms } from './conversation/opening.ts'
import type { OutgoingMail } from './conversation/requests.ts'

export type { Act, Breakdown, Event, SaslMechanism, Stage, Talk } from './conversation/dialogue.ts'
export type { Verdict, Verdicts } from './conversation/mail-transaction.ts'
export type { Opened, OpeningTerms } from './conversation/opening.ts'
export type { Addressee, OutgoingMail, Spelling } from './conversation/requests.ts'

export class Conversation {
  readonly #dialogue = new Dialogue()
  #opened: Opened | undefined

  /** No further transaction can be held: 421, a breakdown, or the end. */
  get spent(): boolean {
    return this.#dialogue.spent
  }

  /** Greeting, EHLO, HELO or LHLO, STARTTLS, AUTH. Whatever comes of it, the session is to be ended with `quit()`. */
  *open(terms: OpeningTerms): Talk<Opened> {
    this.#opened = yield* open(this.#dialogue, terms)
    return this.#opened
  }

  /** A mail transaction with at least one recipient; gives a verdict for each, of LMTP also as it comes (the act `verdict`). */
  *transact(mail: OutgoingMail): Talk<Verdicts> {
    if (this.#opened?.kind !== 'open') throw new Error('the session is not open')
    return yield* transact(this.#dialogue, this.#opened, mail)
  }

  /** QUIT and its reply, as far as the line still carries them. */
  *quit(): Talk<void> {
    yield* this.#dialogue.quit()
  }
}
