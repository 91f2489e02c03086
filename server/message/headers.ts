/**
 * Looks at a header section while it streams by, and writes the few fields that this server adds (RFC 5322 §3.6).
 *
 * A scanner remembers only the fields that it was told to watch, so that no message can make it grow: how often each
 * occurred, and the beginning of the first one's value; besides, whether any octet was beyond ASCII. It never changes what it sees. Which fields a message must have
 * is for policy to say.
 */
import { dateTime } from './date.ts'
import { shownDomain } from './domain.ts'
import { HeaderSplitter } from './header-splitter.ts'

/** The fields that the rooms of this server ask about. */
const usuallyWatched = [
  'auto-submitted',
  'bcc',
  'cc',
  'content-transfer-encoding',
  'content-type',
  'date',
  'delivered-to',
  'from',
  'in-reply-to',
  'message-id',
  'mime-version',
  'received',
  'references',
  'reply-to',
  'resent-date',
  'resent-from',
  'resent-message-id',
  'return-path',
  'sender',
  'subject',
  'to',
] as const

/** Octets of a field's value that are kept. */
const keptValue = 2048

interface Seen {
  count: number
  /** The first occurrence, name and colon included, as it came. */
  readonly octets: number[]
}

export class HeaderScanner {
  readonly #splitter = new HeaderSplitter()
  readonly #seen: ReadonlyMap<string, Seen>

  /** Some octet of the header section so far is not ASCII. */
  has8bit = false

  /** `watched` are the field names that may be asked for; case does not matter. */
  constructor(watched: readonly string[] = usuallyWatched) {
    this.#seen = new Map(watched.map((name) => [name.toLowerCase(), { count: 0, octets: [] }]))
  }

  /** The next octets of the content, in pieces of any size; costs nothing once the header section ended. */
  feed(bytes: Uint8Array): void {
    if (this.ended) return
    for (const piece of this.#splitter.split(bytes)) {
      if (piece.kind === 'rest') return
      this.has8bit ||= piece.bytes.some((octet) => octet > 0x7f)
      const seen = this.#seen.get(piece.name)
      if (seen === undefined) continue
      if (piece.starts) seen.count += 1
      if (seen.count === 1 && seen.octets.length < keptValue) {
        seen.octets.push(...piece.bytes.subarray(0, keptValue - seen.octets.length))
      }
    }
  }

  get ended(): boolean {
    return this.#splitter.ended
  }

  has(name: string): boolean {
    return this.count(name) > 0
  }

  count(name: string): number {
    return this.#watched(name).count
  }

  /** The value of the first field of that name, unfolded and trimmed, at most 2 KiB; undefined when there is none. */
  first(name: string): string | undefined {
    const { count, octets } = this.#watched(name)
    if (count === 0) return undefined
    const text = new TextDecoder().decode(Uint8Array.from(octets))
    return text
      .slice(text.indexOf(':') + 1)
      .replaceAll('\r\n', '')
      .trim()
  }

  #watched(name: string): Seen {
    const seen = this.#seen.get(name.toLowerCase())
    if (seen === undefined) throw new Error(`the field ${name} is not watched`)
    return seen
  }
}

/** `Date: …`, ended with CRLF. */
export const dateField = (at: number): string => `Date: ${dateTime(at)}\r\n`

/** `Message-ID: <id@host>`, ended with CRLF; `id` must be unique and an Atom (rfc5322-3.6.4-01). */
export const messageIdField = (id: string, hostName: string): string =>
  `Message-ID: <${id}@${shownDomain(hostName, false) ?? 'localhost'}>\r\n`
