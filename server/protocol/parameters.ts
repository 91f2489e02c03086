/**
 * The parameters of MAIL and RCPT: SIZE BODY SMTPUTF8 AUTH RET ENVID, NOTIFY ORCPT: the types.
 */
export interface MailParameters {
  /** SIZE (RFC 1870): what the client believes the content to have, octets. */
  readonly size?: number
  /** BODY (RFC 6152, RFC 3030); absent means 7BIT. */
  readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME'
  readonly smtputf8?: true
  /** AUTH (RFC 4954 §5), xtext decoded; `<>` when the client does not know. */
  readonly auth?: string
  readonly return?: 'FULL' | 'HDRS'
  /** ENVID (RFC 3461 §4.4), xtext decoded. */
  readonly envelopeId?: string
}

export interface RcptParameters {
  readonly notify?: 'never' | readonly ('success' | 'failure' | 'delay')[]
  /** ORCPT (RFC 3461 §4.2), xtext or utf-8-addr decoded. */
  readonly originalRecipient?: { readonly type: string; readonly address: string }
}

export function decodeXtext(_text: string): string | undefined {
  throw new Error('not built yet')
}
export function encodeXtext(_text: string): string {
  throw new Error('not built yet')
}
