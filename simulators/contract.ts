/**
 * The simulated outside world as the steps see it, as types: one scene per scenario, holding a name server, mail
 * exchangers, clients and the faults that were declared. Nothing here knows the server under test.
 *
 * Every party has a loopback address of its own; all exchangers of a scene listen on the scene's one exchanger port.
 * Faults belong to the scene, are counted, and are gone when it closes.
 */

/** One line or block of a conversation, as any party saw it; the source of evidence. */
export interface Spoken {
  /** Milliseconds since the epoch, of the simulator. */
  readonly at: number
  /** Who spoke: `C` the side that connected, `S` the side that listens; `!` marks events (connect, close, TLS, wait). */
  readonly side: 'C' | 'S' | '!'
  readonly bytes: Uint8Array
  readonly note?: string
}

/** Everything that one connection saw, from both sides, in order. */
export interface Conversation {
  /** For people: `mallory → the server`, `the server → mx1.there.example`. */
  readonly title: string
  readonly spoken: readonly Spoken[]
}

// ─── DNS ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type RecordType = 'A' | 'AAAA' | 'MX' | 'CNAME' | 'TXT' | 'PTR' | 'SRV' | 'TLSA' | 'NS' | 'SOA'

/** What is wrong with the answers to a name. `truncated` sends TC over UDP and the whole over TCP. */
export type DnsTrouble =
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  | 'silence'
  | 'truncated'
  | 'slow'
  /** TC and a part of the answer over UDP, SERVFAIL over TCP. */
  | 'truncated-for-good'
  | 'wrong-id'
  | 'wrong-question'
  | 'garbage'

export interface DnsQuestion {
  readonly at: number
  readonly name: string
  readonly type: string
  readonly transport: 'udp' | 'tcp'
  /** What was answered: `NOERROR 2`, `NXDOMAIN`, `SERVFAIL`, `(silence)` … */
  readonly answer: string
  /** False when neither a record nor a trouble of this scene names it (or a name above or below it); reverse names are true. */
  readonly declared: boolean
}

export interface NameServer {
  /** `ADDRESS:PORT`, UDP and TCP. */
  readonly endpoint: string
  /** Adds records from zone text: one record a line, `there.example. MX 10 mx1.there.example.`; `;` starts a comment. */
  zone(text: string): void
  /** Replaces all records of a name and type with the text's, so that answers can change between questions. */
  replace(name: string, type: RecordType, text: string): void
  remove(name: string): void
  /** Troubles all questions about a name (and type, if given), for the next `times` questions or for good. */
  trouble(
    name: string,
    trouble: DnsTrouble,
    options?: { readonly type?: RecordType; readonly times?: number; readonly delayMilliseconds?: number },
  ): void
  /** Ends all troubles of a name. */
  recover(name: string): void
  readonly questions: readonly DnsQuestion[]
  close(): Promise<void>
}

// ─── Mail exchangers ────────────────────────────────────────────────────────────────────────────────────────────────

/** Where in a session a fault strikes. `content-end` is the reply to the final dot (or the last BDAT chunk). */
export type Moment =
  | 'connection'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'AUTH'
  /** The 334 of an AUTH exchange; `AUTH` is the reply that ends it. */
  | 'challenge'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'BDAT'
  | 'content'
  | 'content-end'
  | 'RSET'
  | 'QUIT'
  | 'tls'

/** What happens there. Everything that is not said stays well behaved. */
export type Misbehaviour =
  | {
      readonly do: 'reply'
      /** Exact reply lines, CRLF added: `450 4.2.0 later`; several for a multi-line reply. */ readonly lines: readonly string[]
      readonly thenClose?: boolean
    }
  | {
      readonly do: 'bytes'
      /** Exact bytes instead of a reply (broken, half, bare LF …). */ readonly bytes: Uint8Array
      readonly thenClose?: boolean
    }
  | { readonly do: 'disconnect' }
  | { readonly do: 'reset' }
  | { readonly do: 'silence' }
  | { readonly do: 'delay'; readonly milliseconds: number }
  /** The reply waits for `release()`. */
  | { readonly do: 'hold' }
  /** At `content`: read no faster than so many octets a second. */
  | { readonly do: 'read-slowly'; readonly octetsPerSecond: number }

export interface Fault {
  readonly at: Moment
  readonly misbehaviour: Misbehaviour
  /** Only for RCPT (or MAIL) commands whose path contains this text. */
  readonly path?: string
  /** Strikes so many times, then the exchanger is well behaved; absent: always. Counted per matching moment. */
  readonly times?: number
  /** Skips so many matching moments first. */
  readonly after?: number
}

export interface ExchangerOptions {
  /** EHLO keywords it does not offer: STARTTLS SIZE 8BITMIME PIPELINING CHUNKING SMTPUTF8 DSN ENHANCEDSTATUSCODES BINARYMIME AUTH. */
  readonly withholds?: readonly string[]
  /** Knows only HELO: EHLO is answered 500 (or 502). */
  readonly heloOnly?: boolean
  readonly maximumSize?: number
  /** Recipients of one transaction that it takes, and the line that it answers beyond: `452 too many recipients`. */
  readonly recipientLimit?: { readonly count: number; readonly reply: string }
  /** good: from the scene's authority; the others as their names say. Absent: STARTTLS is not offered. */
  readonly certificate?: 'good' | 'self-signed' | 'expired' | 'wrong-name' | 'revoked'
  /** Takes mail only after AUTH with these (a smarthost). */
  readonly credentials?: {
    readonly user: string
    readonly password: string
    /** PLAIN, LOGIN and CRAM-MD5 where nothing else is said; SCRAM-SHA-256 is known too, other names are only offered. */
    readonly methods?: readonly string[]
    /** What is wrong with the server's side of SCRAM. */
    readonly scramFault?: 'nonce' | 'signature'
  }
  /** The name in the certificate, where it is not the exchanger's own: `*.provider.example`, or a URI. */
  readonly certificateName?: string
  /** Listens with TLS from the first byte. */
  readonly implicitTls?: boolean
  readonly protocol?: 'smtp' | 'lmtp'
  /** 6: listens on `::1` instead (one such exchanger a scene), with an AAAA record; the scene must be opened with `ipv6`. */
  readonly family?: 4 | 6
  /** Stands on the `smtp-server` library instead of the scripted exchanger: independent, slower, takes no faults. */
  readonly library?: boolean
}

export interface ReceivedMessage {
  readonly at: number
  readonly exchanger: string
  /** The name given in EHLO or HELO, and which of them. */
  readonly helo: string
  readonly verb: 'EHLO' | 'HELO' | 'LHLO'
  readonly secure: boolean
  readonly user?: string
  /** MAIL argument without brackets; `''` for null. */
  readonly reversePath: string
  /** Parameters as sent, upper-case keyword to value (`''` where it has none). */
  readonly mailParameters: Readonly<Record<string, string>>
  readonly recipients: readonly { readonly address: string; readonly parameters: Readonly<Record<string, string>> }[]
  /** Byte for byte, transparency removed, without the final dot line. */
  readonly content: Uint8Array
  readonly by: 'DATA' | 'BDAT'
  readonly peerAddress: string
}

export interface Exchanger {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Complete messages that it took responsibility for (positive reply to the end of data was sent), oldest first. */
  readonly received: readonly ReceivedMessage[]
  /** Complete messages that arrived and that it did not take (a negative reply to the end of data, or none). */
  readonly declined: readonly ReceivedMessage[]
  /** What its clients did that the standards forbid, in words; empty when they behaved. Not judged where a fault struck. */
  readonly violations: readonly string[]
  /** Every connection it saw, also those that brought nothing. */
  readonly conversations: readonly Conversation[]
  declare(fault: Fault): void
  /** How many replies a `hold` keeps back now. */
  readonly held: number
  /** Lets every reply go that a `hold` keeps back now. */
  release(): void
  /** Stops listening: connections are refused until `open()`. */
  shut(): Promise<void>
  open(): Promise<void>
  close(): Promise<void>
}

// ─── Clients ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface WireReply {
  readonly code: number
  /** Enhanced status code at the head of the text, when there is one. */
  readonly enhanced?: string
  /** Text of each line, without code and separator. */
  readonly lines: readonly string[]
  /** The bytes as they came. */
  readonly raw: Uint8Array
}

export interface WireOptions {
  readonly from?: string
  /** TLS from the first byte; with an authority the server's certificate is verified. */
  readonly implicitTls?: boolean | SecureAs
  readonly title?: string
  /** Milliseconds to wait for a reply before giving up (default 5,000). */
  readonly patience?: number
}

/** How a raw client begins TLS; with an authority it verifies, otherwise anything will do. */
export interface SecureAs {
  /** PEM of the authority to verify against. */
  readonly authority?: string
  /** Sent as SNI, and the name that the certificate must carry when it is verified. */
  readonly serverName?: string
  /** The only version of TLS that is spoken. */
  readonly version?: 'TLSv1.2' | 'TLSv1.3'
}

/** A raw client: says exactly what it is told and records exactly what it heard. */
export interface WireClient {
  readonly conversation: Conversation
  readonly replies: readonly WireReply[]
  /**
   * Sends bytes as they are, cut into the given segment sizes (each flushed alone; the last size repeats). Lasts as long as
   * the server takes to read them, or until the connection goes.
   */
  send(bytes: Uint8Array | string, segments?: readonly number[]): Promise<void>
  /** `send(line + CRLF)` and the next reply. */
  say(line: string): Promise<WireReply>
  /** The next complete reply; rejects with what was heard so far when patience ends or the server closes. */
  reply(): Promise<WireReply>
  /** STARTTLS handshake on the client's side (after a 220). Verifies nothing unless told. */
  secure(how?: SecureAs): Promise<void>
  /** `tls-exporter` channel binding (RFC 9266) of the TLS connection, for SCRAM-…-PLUS; undefined in clear. */
  readonly channelBinding: Uint8Array | undefined
  /** The certificate that the server showed (DER); undefined in clear. */
  readonly certificate: Uint8Array | undefined
  /** All channel bindings of the TLS connection by type: also `tls-unique` and `tls-server-end-point` (RFC 5929). */
  readonly channelBindings: Readonly<Record<string, Uint8Array>>
  /** Resolves when the server closes (true) or patience ends (false). */
  closed(): Promise<boolean>
  /** Sends FIN and keeps reading. */
  halfClose(): void
  /** RST. */
  reset(): void
  close(): Promise<void>
}

export interface Submission {
  readonly from: string
  readonly to: readonly string[]
  /** Exact content; a small plain message when absent. */
  readonly content?: Uint8Array
  readonly credentials?: { readonly user: string; readonly password: string; readonly method?: string }
  readonly tls?: 'none' | 'starttls' | 'implicit'
  readonly source?: string
  readonly dsn?: { readonly notify?: string; readonly ret?: string; readonly envid?: string; readonly orcpt?: string }
  readonly smtputf8?: boolean
}

/** What a well-behaved client (nodemailer) came to. */
export interface SubmissionResult {
  readonly accepted: readonly string[]
  readonly refused: readonly {
    readonly recipient?: string
    readonly code: number
    readonly enhanced?: string
    readonly stage: string
    readonly text: string
  }[]
  /** The reply to the end of data, if it came so far. */
  readonly reply?: WireReply
  readonly conversation: Conversation
}

// ─── Faults in the path ─────────────────────────────────────────────────────────────────────────────────────────────

/** What happens to bytes on their way; each direction by itself. */
export interface PathTrouble {
  /** Every piece arrives so much later, in milliseconds. */
  readonly latencyMilliseconds?: number
  /** After so many octets in one direction (`C` from the client) the connection ends in that way, for both sides. */
  readonly cut?: {
    readonly side: 'C' | 'S'
    readonly afterOctets: number
    readonly by: 'disconnect' | 'reset' | 'half-close' | 'silence'
    /** Only the first so many connections. */
    readonly times?: number
  }
  /** Overwrites STARTTLS in the EHLO reply and as a command, as an attacker in the path would. */
  readonly stripsStarttls?: boolean
  /** Cuts what passes into pieces of so many octets, each a segment of its own. */
  readonly sliceOctets?: number
  /** The address from which the proxy connects to the target. */
  readonly from?: string
}

export interface Proxy {
  readonly address: string
  readonly port: number
  /** How many connections it carried so far. */
  readonly connections: number
  close(): Promise<void>
}

// ─── The scene ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Scene {
  readonly dns: NameServer
  readonly exchangerPort: number
  /** A loopback address that nobody else in this scene has: `stranger` from one network, `trusted` from another. */
  address(purpose: 'server' | 'exchanger' | 'stranger' | 'trusted'): string
  /** The network (CIDR) from which `trusted` addresses come in this scene. */
  readonly trustedNetwork: string
  /** Opens a mail exchanger with its own address; A and PTR records are made for its name. */
  exchanger(name: string, options?: ExchangerOptions): Promise<Exchanger>
  readonly exchangers: readonly Exchanger[]
  connect(to: { readonly host: string; readonly port: number }, options?: WireOptions): Promise<WireClient>
  /** Closes every raw client that is still connected. */
  hangUp(): Promise<void>
  submit(to: { readonly host: string; readonly port: number }, submission: Submission): Promise<SubmissionResult>
  /** A proxy in the path to the target, with an address of its own and the exchanger port. */
  proxy(to: { readonly host: string; readonly port: number }, trouble?: PathTrouble): Promise<Proxy>
  /** PEM of the authority that signs `good` certificates; throws when the scene was opened without one and made none yet. */
  readonly authority: string
  /** A certificate of the scene's authority (PEM), for the server under test say. */
  certificate(
    kind: 'good' | 'self-signed' | 'expired' | 'wrong-name' | 'revoked',
    name: string,
    addresses?: readonly string[],
  ): Promise<{ readonly cert: string; readonly key: string }>
  /** All conversations of all parties so far, oldest first. */
  readonly conversations: readonly Conversation[]
  /** Closes everything, last opened first. */
  close(): Promise<void>
  /** So that a test may say `await using scene = await openScene()`. */
  [Symbol.asyncDispose](): Promise<void>
}
