/**
 * The reckoning: which replies a server owed for the octets that it was sent, worked out apart from the server.
 *
 * It walks one conversation as recorded and pairs every command with its reply (RFC 5321 §4.2: one each, in order), for any
 * octets at all: what the octets mean follows from the replies before them (354, 334, 220 to STARTTLS). It judges the form
 * of each reply, whether the code may answer that verb (RFC 5321 §4.3.2), and tells what was accepted. It knows the RFCs
 * and the limits of the house, nothing of the server's code.
 */
import { readReply } from '../simulators/clients/replies.ts'
import type { Spoken, WireReply } from '../simulators/contract.ts'
import { replyFaults } from './reply-form.ts'

/** A message for which 250 was said. */
export interface Acceptance {
  /** The name that the reply gave it. */
  readonly id: string
  /** How many RCPT commands of the transaction were granted. */
  readonly recipients: number
  /** What was sent as content, transparency removed. */
  readonly content: Buffer
}

export interface Reckoning {
  /** A whole command waits for its reply. */
  readonly owed: boolean
  /** Everything said was answered, and the next line will be taken for a command. */
  readonly between: boolean
  /** The server had its last word: 221, 421, or it said nothing more after TLS failed. */
  readonly over: boolean
  readonly faults: readonly string[]
  readonly accepted: readonly Acceptance[]
}

/** Octets of a command line and of a line of a SASL exchange, CRLF included. */
const longestCommand = 4096
const longestResponse = 12_290

/** Which codes may answer which verb; 501, 421 and (for lines that are too long or illegal) 500 may answer all; 554 for a domain is RFC 6409 §4.2. */
const answers: Readonly<Record<string, readonly number[]>> = {
  EHLO: [250, 550],
  HELO: [250, 550],
  MAIL: [250, 451, 452, 455, 503, 530, 550, 552, 553, 554, 555],
  RCPT: [250, 251, 450, 451, 452, 455, 503, 530, 550, 551, 552, 553, 554, 555, 556],
  DATA: [354, 451, 452, 503, 530, 554],
  BDAT: [250, 451, 452, 502, 503, 530, 550, 552, 554],
  RSET: [250],
  NOOP: [250],
  QUIT: [221],
  VRFY: [250, 251, 252, 502, 504, 550, 551, 553],
  EXPN: [250, 252, 502, 504, 550],
  HELP: [214, 502, 504],
  STARTTLS: [220, 454, 502, 503],
  AUTH: [235, 334, 432, 454, 500, 502, 503, 504, 530, 534, 535, 538],
}
const afterContent: readonly number[] = [250, 450, 451, 452, 550, 552, 554]
/** All that a session refused by its greeting says, QUIT apart (RFC 5321 §3.1, RFC 7504 §3). */
const refusedSession: readonly number[] = [503, 521, 554]

/** What was said in clear, and what under TLS. */
interface Layer {
  readonly sent: Buffer
  readonly heard: Buffer
}

const layersOf = (spoken: readonly Spoken[]): readonly Layer[] => {
  const layers: { sent: Uint8Array[]; heard: Uint8Array[] }[] = [{ sent: [], heard: [] }]
  for (const { side, bytes, note } of spoken) {
    if (note?.startsWith('TLS begins') === true) layers.push({ sent: [], heard: [] })
    else if (side === 'C') layers.at(-1)?.sent.push(bytes)
    else if (side === 'S') layers.at(-1)?.heard.push(bytes)
  }
  return layers.map(({ sent, heard }) => ({ sent: Buffer.concat(sent), heard: Buffer.concat(heard) }))
}

const repliesIn = (heard: Buffer): { readonly replies: readonly WireReply[]; readonly rest: Buffer } => {
  const replies: WireReply[] = []
  let rest = heard
  for (let found = readReply(rest); found !== undefined; found = readReply(rest)) {
    replies.push(found.reply)
    rest = rest.subarray(found.octets)
  }
  return { replies, rest }
}

const shown = (octets: Buffer): string => JSON.stringify(octets.toString('latin1', 0, 60))

/** The content of DATA without the dots that transparency added (RFC 5321 §4.5.2). */
const withoutDots = (content: Buffer): Buffer =>
  Buffer.from(content.toString('latin1').replace(/^\./, '').replaceAll('\r\n.', '\r\n'), 'latin1')

class Reckoner {
  readonly faults: string[] = []
  readonly accepted: Acceptance[] = []
  owed = false
  between = false
  over = false
  #greeted = false
  #isRefused = false
  #sender = false
  #recipients = 0
  #chunks: Buffer[] = []
  #replies: readonly WireReply[] = []
  #sent: Buffer = Buffer.alloc(0)
  #at = 0

  layer({ sent, heard }: Layer): void {
    const { replies, rest } = repliesIn(heard)
    this.#replies = replies
    this.#sent = sent
    this.#at = 0
    // Of the clear text before implicit TLS nothing is owed.
    this.owed = false
    this.between = false
    this.#reset()
    for (const reply of replies) this.faults.push(...replyFaults(reply))
    if (rest.length > 0) this.faults.push(`half a reply: ${shown(rest)}`)
    this.#walk()
    const surplus = this.#replies[0]
    if (surplus === undefined) return
    // The server may close a session with a 421 of its own at any time (RFC 5321 §3.8).
    if (surplus.code === 421 && this.#replies.length === 1) this.over = true
    else if (!this.owed) this.faults.push(`a reply that nobody asked for: ${shown(Buffer.from(surplus.raw))}`)
  }

  #walk(): void {
    if (!this.#greeted) {
      const greeting = this.#next('the greeting', [220, 421, 521, 554])
      if (greeting === undefined) return
      this.#greeted = true
      this.#isRefused = greeting.code !== 220
    }
    while (!this.over && this.#command());
  }

  /** The next reply, held against the codes that fit; undefined when it is owed, or the session is over. */
  #next(about: string, codes: readonly number[]): WireReply | undefined {
    const [reply, ...rest] = this.#replies
    if (reply === undefined) {
      this.owed = true
      return undefined
    }
    this.#replies = rest
    if (reply.code === 221 || reply.code === 421) this.over = true
    if (reply.code !== 421 && !codes.includes(reply.code)) {
      this.faults.push(`${about} was answered ${shown(Buffer.from(reply.raw))}`)
    }
    return this.over && reply.code === 421 ? undefined : reply
  }

  /** One line of the client, without its CRLF; undefined while it is not whole. */
  #line(): Buffer | undefined {
    const end = this.#sent.indexOf('\r\n', this.#at)
    if (end < 0) return undefined
    const line = this.#sent.subarray(this.#at, end)
    this.#at = end + 2
    return line
  }

  /** Walks over one command and its reply; false when nothing more can be told. */
  #command(): boolean {
    const line = this.#line()
    this.between = line === undefined && this.#at === this.#sent.length
    if (line === undefined) return false
    const about = shown(line)
    if (line.length + 2 > longestCommand)
      return this.#next(about, this.#isRefused ? refusedSession : [500]) !== undefined
    const text = line.toString('latin1').replace(/[ \t]+$/, '')
    const verb = (/^[^ \t]*/.exec(text)?.[0] ?? '').toUpperCase()
    const isKnown = Object.hasOwn(answers, verb)
    const codes = isKnown ? [...(answers[verb] ?? []), 501] : [500, 502]
    if (verb === 'BDAT') return this.#chunk(text, about, codes)
    const reply = this.#next(about, this.#isRefused && verb !== 'QUIT' ? refusedSession : codes)
    if (reply === undefined) return false
    return this.#consequences(verb, reply)
  }

  #consequences(verb: string, { code }: WireReply): boolean {
    switch (verb) {
      case 'EHLO':
      case 'HELO':
      case 'RSET':
        if (code === 250) this.#reset()
        return true
      case 'MAIL':
        if (code === 250) this.#sender = true
        return true
      case 'RCPT':
        if (code < 300) this.#recipients += 1
        return true
      case 'DATA':
        return code !== 354 || this.#content()
      case 'AUTH':
        return code !== 334 || this.#exchange()
      case 'STARTTLS':
        // What follows in clear is thrown away (RFC 3207 §4.2).
        if (code === 220) this.#at = this.#sent.length
        return true
      default:
        return true
    }
  }

  #content(): boolean {
    // The CRLF of the line before counts: content may be the end of data alone.
    const end = this.#sent.indexOf('\r\n.\r\n', this.#at - 2)
    if (end < 0) return false
    const content = this.#sent.subarray(this.#at, Math.max(this.#at, end + 2))
    this.#at = end + 5
    return this.#taken(withoutDots(content), 'the end of data')
  }

  #chunk(text: string, about: string, codes: readonly number[]): boolean {
    const [, digits, last] = /^BDAT +(\d+)(?: +(LAST))?$/i.exec(text) ?? []
    const size = Number(digits)
    const allowed = this.#isRefused ? refusedSession : codes
    if (digits === undefined || !Number.isSafeInteger(size)) {
      this.#reset()
      return this.#next(about, this.#isRefused ? refusedSession : [501]) !== undefined
    }
    if (this.#sent.length - this.#at < size) {
      this.#at = this.#sent.length
      return false
    }
    this.#chunks.push(this.#sent.subarray(this.#at, this.#at + size))
    this.#at += size
    if (last !== undefined) return this.#taken(Buffer.concat(this.#chunks), about, allowed)
    const reply = this.#next(about, allowed)
    if (reply !== undefined && reply.code !== 250) this.#reset()
    return reply !== undefined
  }

  /** The content is whole: was it accepted? */
  #taken(content: Buffer, about: string, codes: readonly number[] = afterContent): boolean {
    const recipients = this.#recipients
    const isOpen = this.#sender && recipients > 0
    const reply = this.#next(about, codes)
    if (reply === undefined) return false
    this.#reset()
    if (reply.code !== 250) return true
    if (!isOpen) this.faults.push(`content was accepted without sender and recipient: ${shown(Buffer.from(reply.raw))}`)
    const id = /accepted as ([A-Za-z0-9]+)/.exec(reply.lines.join(' '))?.[1]
    if (id === undefined) this.faults.push(`no message is named in ${shown(Buffer.from(reply.raw))}`)
    else this.accepted.push({ id, recipients, content })
    return true
  }

  #exchange(): boolean {
    for (;;) {
      const line = this.#line()
      if (line === undefined) return false
      const tooLong = line.length + 2 > longestResponse
      const reply = this.#next('a response of AUTH', tooLong ? [500] : [235, 334, 432, 454, 500, 501, 534, 535])
      if (reply?.code !== 334) return reply !== undefined
    }
  }

  #reset(): void {
    this.#sender = false
    this.#recipients = 0
    this.#chunks = []
  }
}

/** Of a conversation so far, or of a whole one. */
export const reckon = (spoken: readonly Spoken[]): Reckoning => {
  const reckoner = new Reckoner()
  for (const layer of layersOf(spoken)) reckoner.layer(layer)
  const { owed, between, over, faults, accepted } = reckoner
  return { owed, between, over, faults, accepted }
}
