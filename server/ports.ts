/**
 * What the server asks of the outside world, as types only: time, unique names, DNS, dialing and durable storage.
 *
 * Every effect of the server enters through these ports, so that a virtual clock, a simulated name server or a
 * memory store can stand in for the real thing. `node.ts` holds the ports on `node:*`; `queue/` holds two stores.
 * Nothing else in `server/` reads the clock, resolves a name or opens an outgoing connection.
 */
import type { Envelope, Recipient } from './message/envelope.ts'

/** A span of time or a moment (since the epoch), in milliseconds. */
export type Milliseconds = number

export interface Timer {
  /** Forgets the act; harmless when it already ran. */
  cancel(): void
}

export interface Clock {
  /** The present moment, milliseconds since the epoch; never goes back. */
  now(): Milliseconds
  /** Runs `act` once, `delay` milliseconds from now (at the earliest; a negative delay counts as 0). */
  after(delay: Milliseconds, act: () => void): Timer
}

export interface Ids {
  /** A name that this server never gave before: 8–32 characters of `[A-Za-z0-9]`, usable as an Atom and as a file name. */
  unique(): string
  /** An even random number in [0, 1): the choice among equal mail exchangers (RFC 5321 §5.1). */
  fraction(): number
  /** Unpredictable bytes, for challenges, nonces and salts. */
  secret(octets: number): Uint8Array
}

/** What a DNS question ended in. `none`: the name exists but has no such record. `failed`: for now (SERVFAIL, silence). */
export type Lookup<T> =
  | { readonly kind: 'found'; readonly records: readonly T[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'no-such-name' }
  | { readonly kind: 'failed'; readonly reason: string }

export interface MxRecord {
  readonly preference: number
  /** Host name without a trailing dot; `''` is the root, which alone means null MX (RFC 7505). */
  readonly exchange: string
}

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** DNS as the server needs it; each lookup follows CNAMEs and never throws. */
export interface Resolver {
  mx(domain: string): Promise<Lookup<MxRecord>>
  /** A and AAAA records, in the order the resolver gave them; `found` when either family answered. */
  addresses(host: string): Promise<Lookup<Address>>
  /** PTR names of an address. */
  names(address: string): Promise<Lookup<string>>
}

/** What TLS came to on a line. `fault` is set when the certificate did not verify (the session goes on if allowed to). */
export interface Secured {
  readonly protocol: string
  readonly cipher: string
  readonly fault?: string
}

export interface SecureOptions {
  /** The name to send in SNI and to verify the certificate against; absent for an address literal. */
  readonly serverName?: string
  /** Fail the handshake when the certificate does not verify. */
  readonly verify: boolean
  /** PEM certificates to trust instead of the machine's own. */
  readonly trustedCertificates?: string
}

/** One outgoing byte stream. All waiting is bounded by the caller, through `close()`. */
export interface Line {
  readonly localAddress: string
  readonly remoteAddress: string
  /** The next bytes; `undefined` once the peer ended or the line broke (`fault()` tells which). */
  read(): Promise<Uint8Array | undefined>
  /** Resolves when the bytes have left the process's own buffer; false when the line is broken. */
  write(bytes: Uint8Array): Promise<boolean>
  /** Starts TLS as the client; bytes read before and not consumed are discarded (RFC 3207 §4.2). */
  secure(options: SecureOptions): Promise<{ readonly secured: Secured } | { readonly fault: string }>
  /** Why the line broke (`ECONNRESET` …), if it did. */
  fault(): string | undefined
  /** Ends the stream and frees the socket; idempotent. */
  close(): void
}

export interface DialOptions {
  readonly localAddress?: string
  /** Implicit TLS from the first byte, for a smarthost on port 465. */
  readonly tls?: SecureOptions
  /** Aborting gives up the connection attempt. */
  readonly signal?: AbortSignal
}

export interface Dialer {
  /** `secured` tells what implicit TLS came to. */
  dial(
    to: { readonly address: string; readonly port: number },
    options: DialOptions,
  ): Promise<{ readonly line: Line; readonly secured?: Secured } | { readonly fault: string }>
}

/** Content on its way into the store; not yet anybody's message. */
export interface Container {
  readonly id: string
  /** Octets written so far. */
  readonly size: number
  /** Resolves when more may be written (back-pressure); rejects when the disk is dead or full. */
  write(bytes: Uint8Array): Promise<void>
  /** Throws the content away; idempotent, harmless after acceptance. */
  discard(): void
}

/** A new message that comes into being together with a settlement: a notification, or a list's expanded copy. */
export interface Offspring {
  readonly envelope: Envelope
  readonly container: Container
}

/** One durable step in the life of a message: all of it is on disk, or none. */
export interface Settlement {
  readonly envelope: string
  /** The recipients whose state changed (replaced whole, by id) and those that are new (an alias's targets). */
  readonly recipients: readonly Recipient[]
  readonly offspring: readonly Offspring[]
  /** All recipients have come to their end: the envelope and its content go. */
  readonly finished: boolean
}

/** What the store could not read and put where nobody trips over it. */
export interface SetAside {
  readonly what: string
  readonly where: string
  readonly reason: string
}

/**
 * Durable storage of the queue: a handful of verbs with two implementations, SQLite and memory.
 * Every promise resolves only when its effect is on disk (`synchronous=FULL`, commits grouped); it rejects when the
 * disk refuses, and then nothing of that call has happened.
 */
export interface Store {
  /** Everything that was accepted and not finished, oldest first, and what could not be read. Called once, first. */
  load(): Promise<{ readonly envelopes: readonly Envelope[]; readonly setAside: readonly SetAside[] }>
  /** Opens a container for content; an abandoned one is swept at the next `load`. */
  begin(): Container
  /** RFC 5321 §6.1: when this resolves the message is ours, and 250 may be said. */
  accept(envelope: Envelope, container: Container): Promise<void>
  settle(settlement: Settlement): Promise<void>
  /** The content of an accepted message, in pieces of at most 256 KiB, from its first octet. */
  content(envelope: string): AsyncIterable<Uint8Array>
  /** Waits for what is under way and closes the file. */
  close(): Promise<void>
}
