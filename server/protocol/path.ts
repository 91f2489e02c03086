/**
 * Reverse-path and forward-path (RFC 5321 §4.1.2, §4.1.3): the types.
 */

/** What stands right of the `@`. Names are kept as written; compare them case-insensitively. */
export type Host =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'ipv4'; readonly address: string }
  | { readonly kind: 'ipv6'; readonly address: string }
  | { readonly kind: 'general'; readonly tag: string; readonly content: string }

export interface Mailbox {
  /** The local part's meaning: unquoted, unescaped, case kept. */
  readonly localPart: string
  readonly host: Host
  /** The text as it came on the wire, without angle brackets and source route: `"b ob"@there.example`. */
  readonly text: string
}

export type ReversePath =
  | { readonly kind: 'null' }
  | {
      readonly kind: 'mailbox'
      readonly mailbox: Mailbox
      /** Source route hosts, ignored (RFC 5321 §4.1.1.3). */ readonly route: readonly string[]
    }

export type ForwardPath =
  /** `<Postmaster>` without a domain (RFC 5321 §4.5.1); `text` keeps the case. */
  | { readonly kind: 'postmaster'; readonly text: string }
  | { readonly kind: 'mailbox'; readonly mailbox: Mailbox; readonly route: readonly string[] }

export function parseMailbox(_text: string): Mailbox | undefined {
  throw new Error('not built yet')
}
export function parseReversePath(_text: string): ReversePath | undefined {
  throw new Error('not built yet')
}
export function parseForwardPath(_text: string): ForwardPath | undefined {
  throw new Error('not built yet')
}
export function formatMailbox(_mailbox: Mailbox): string {
  throw new Error('not built yet')
}
export function sameHost(_a: Host, _b: Host): boolean {
  throw new Error('not built yet')
}
export function hostText(_host: Host): string {
  throw new Error('not built yet')
}
