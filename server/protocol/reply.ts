/**
 * A reply (RFC 5321 §4.2) as a value: the type.
 */
export interface Reply {
  /** 200–599. */
  readonly code: number
  /** Enhanced status code (RFC 3463), for example `5.7.1`; rendered at the head of every line. */
  readonly enhanced?: string
  /** At least one line of printable text, without codes. */
  readonly lines: readonly string[]
  /** The text may hold UTF-8: only in answer to VRFY or EXPN with SMTPUTF8 (RFC 6531 §3.7.4.2). */
  readonly utf8?: true
}

export type ReplyRead =
  | {
      readonly kind: 'reply'
      readonly reply: Reply
      /** The lines as they came, codes included, made printable. */
      readonly raw: readonly string[]
    }
  | {
      readonly kind: 'broken'
      readonly reason: string
      /** The offending octets, cut to a bound. */
      readonly bytes: Uint8Array
      /** The reply's end was found, so QUIT may still be exchanged; otherwise nothing more can be read. */
      readonly inStep: boolean
    }

export function renderReply(_reply: Reply): Uint8Array {
  throw new Error('not built yet')
}

export class ReplyReader {
  push(_bytes: Uint8Array): void {}
  next(): ReplyRead | undefined {
    return undefined
  }
}
