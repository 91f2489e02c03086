/**
 * The two ends of the session machine as values: what goes in, what comes out, what it asks and how it is answered.
 *
 * The session (`session.ts`) is I/O-free. It is fed inputs and gives outputs, in order. A `question` pauses it: no further
 * command is looked at until the matching `ruling` is fed, whatever bytes arrive meanwhile. That one mechanism gives reply
 * order under PIPELINING, back-pressure, policy, TLS and AUTH. Whoever pumps it (`reception/connection.ts`) must carry the
 * outputs out in order and stop reading from the network while a question is open.
 */
import type { ForwardPath, ReversePath } from './path.ts'
import type { MailParameters, RcptParameters } from './parameters.ts'
import type { Reply } from './reply.ts'

export type Input =
  /** The connection stands (for implicit TLS: the handshake is over). Fed once, first. */
  | { readonly kind: 'connected'; readonly secure?: Protection }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'ruling'; readonly ruling: Ruling }
  /** STARTTLS succeeded: forget what the client said before (RFC 3207 §4.2). */
  | { readonly kind: 'secured'; readonly secure: Protection }
  /** The client was silent or too slow: 421, then close (RFC 5321 §4.5.3.2.7). */
  | { readonly kind: 'timeout' }
  /** The server is going down: a transaction in flight may finish, then 421 (RFC 5321 §3.8). */
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'disconnected' }

/** What TLS gave the session, for Received, for AUTH and for channel binding. */
export interface Protection {
  readonly protocol: string
  readonly cipher: string
  /** Channel bindings by type (RFC 5929, RFC 9266), for SCRAM-SHA-256-PLUS: `tls-exporter`, `tls-server-end-point`, `tls-unique`. */
  readonly bindings: Readonly<Record<string, Uint8Array>>
}

export type Output =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** A line of a SASL exchange or another 334: sent like a reply. */
  | { readonly kind: 'question'; readonly question: Question }
  /** Content octets, transparency removed, for the container that the `content` ruling opened. */
  | { readonly kind: 'content'; readonly bytes: Uint8Array }
  /** Begin the TLS handshake now (after the 220 before it has been sent); then feed `secured` or close. */
  | { readonly kind: 'secure' }
  /**
   * The transaction was dropped (RSET, EHLO, QUIT, disconnect …): throw its container away. Never said once `acceptance`
   * was asked: from then on the container belongs to whoever rules, also when the ruling is a refusal.
   */
  | { readonly kind: 'abandon' }
  | { readonly kind: 'close' }
  /** Something worth a line in the journal that no question carries (a refused command, discarded plaintext …). */
  | {
      readonly kind: 'note'
      readonly event: string
      readonly detail: Readonly<Record<string, string | number | boolean>>
    }

export type Question =
  | { readonly ask: 'connection' }
  | { readonly ask: 'hello'; readonly verb: 'EHLO' | 'HELO'; readonly name: string }
  | { readonly ask: 'sender'; readonly reversePath: ReversePath; readonly parameters: MailParameters }
  | { readonly ask: 'recipient'; readonly forwardPath: ForwardPath; readonly parameters: RcptParameters }
  /** The transaction is complete enough for content: open a container. */
  | { readonly ask: 'content'; readonly by: 'DATA' | 'BDAT' }
  /** The content is whole: make it durable; the ruling is said as the reply. `faults` lists illegal line ends and the like. */
  | { readonly ask: 'acceptance'; readonly transaction: Transaction; readonly content: ContentFacts }
  | { readonly ask: 'verify'; readonly argument: string; readonly smtputf8: boolean }
  | { readonly ask: 'expand'; readonly argument: string; readonly smtputf8: boolean }
  /** CRAM-MD5: a fresh challenge. SCRAM: the verifier's salt and iterations for a name, and a server nonce. */
  | { readonly ask: 'challenge'; readonly mechanism: Mechanism; readonly name?: string }
  | { readonly ask: 'credentials'; readonly proof: Proof }

export type Mechanism = 'PLAIN' | 'LOGIN' | 'CRAM-MD5' | 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS'

/** What a client put forward to show who it is; who judges it needs nothing else. */
export type Proof =
  | {
      readonly mechanism: 'PLAIN' | 'LOGIN'
      /** Authorization identity; `''` means the same as `name`. */
      readonly actFor: string
      readonly name: string
      readonly password: string
    }
  | {
      readonly mechanism: 'CRAM-MD5'
      readonly name: string
      readonly challenge: string
      /** Lower-case hex. */ readonly digest: string
    }
  | {
      readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS'
      readonly actFor: string
      readonly name: string
      /** RFC 5802 §3 AuthMessage. */
      readonly authMessage: string
      readonly clientProof: Uint8Array
    }

export type Ruling =
  | { readonly kind: 'granted'; /** Instead of the session's own positive reply. */ readonly reply?: Reply }
  | {
      readonly kind: 'refused'
      readonly reply: Reply
      /** End the session after the reply. A connection refused with 554 stays open until QUIT (RFC 5321 §3.1), 421 closes. */
      readonly close?: boolean
    }
  /** To `credentials`: `user` is the name to remember; SCRAM also needs the server's signature to send back. */
  | { readonly kind: 'identified'; readonly user: string; readonly serverSignature?: Uint8Array }
  /** To `challenge`. */
  | { readonly kind: 'challenge'; readonly text: string; readonly salt?: Uint8Array; readonly iterations?: number }

/** The mail transaction's buffers (RFC 5321 §4.1.1): what MAIL and each accepted RCPT said. */
export interface Transaction {
  readonly reversePath: ReversePath
  readonly parameters: MailParameters
  readonly recipients: readonly { readonly forwardPath: ForwardPath; readonly parameters: RcptParameters }[]
}

export interface ContentFacts {
  readonly by: 'DATA' | 'BDAT'
  readonly octets: number
  readonly has8bit: boolean
  readonly hasNul: boolean
  /** A CR or LF that is not part of a CRLF was seen (DATA only; never for BINARYMIME). */
  readonly bareLineEnds: boolean
  /** The longest text line in octets, CRLF included, transparency dot not counted. */
  readonly longestLine: number
}

/** What a listener offers and demands of one session; fixed when the session opens, whatever is applied meanwhile. */
export interface Terms {
  readonly role: 'relay' | 'submission' | 'submissions'
  /** The server's primary host name: the first word of the greeting and of the EHLO reply. */
  readonly hostName: string
  /** STARTTLS can be offered (a certificate is at hand). */
  readonly tlsAvailable: boolean
  /** Mail commands are refused with 530 until TLS is active (RFC 3207 §4). */
  readonly tlsRequired: boolean
  /** Mail commands are refused with 530 until authenticated (RFC 4954 §6, RFC 6409 §4.3). */
  readonly authenticationRequired: boolean
  readonly mechanisms: readonly Mechanism[]
  /** Offer and take PLAIN and LOGIN without TLS. */
  readonly clearTextPasswords: boolean
  /** RFC 1870: 0 means that the server knows no limit. */
  readonly maximumMessageSize: number
  readonly maximumRecipients: number
  /** Octets, CRLF included, at least 512 and the increments of the extensions offered (RFC 5321 §4.5.3.1.4). */
  readonly maximumCommandLine: number
  /** Octets, CRLF included, at least 1000 (RFC 5321 §4.5.3.1.6); longer text lines are refused at the end of data. */
  readonly maximumTextLine: number
  /** After so many refused commands the session ends with 421 (0: never). */
  readonly maximumErrors: number
  /** After so many failed authentications the session ends with 421. */
  readonly maximumAuthenticationFailures: number
  /** What to do with a bare CR or LF in DATA: refuse the message at its true end, or keep the octets. */
  readonly bareLineEnds: 'refuse' | 'keep'
  /** Keywords that this installation withholds, for the laboratory and for old clients. */
  readonly withheld: readonly string[]
}
