/**
 * The conversation notation: one text form for scripts, fixtures and evidence, read and written here.
 *
 *     C: RCPT TO:<bob@there.example>   a line of the client, CRLF added, nothing unescaped
 *     S: 250 2.1.5                     a reply; codes may be 2yz or 450|451, what follows an enhanced code is free
 *     S: 250-                          any number of continuation lines
 *     C| a\r\n.\n     S| 250 half      exact bytes: \r \n \t \0 \\ \xNN, nothing added
 *     + 3s            C! S!            a wait (ms s min h d); that side closes
 *     # comment
 *
 * Indentation does not count. Evidence never shows passwords: `scriptOf` redacts what AUTH carries.
 */
import type { Conversation, Spoken } from './contract.ts'

export type ScriptLine =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'bytes'; readonly side: 'C' | 'S'; readonly bytes: Uint8Array }
  | { readonly kind: 'reply'; readonly codes: string; readonly separator: ' ' | '-' | ''; readonly text: string }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'close'; readonly side: 'C' | 'S' }
  | { readonly kind: 'comment'; readonly text: string }

export type Script = readonly ScriptLine[]

const UNITS = { d: 86_400_000, h: 3_600_000, min: 60_000, s: 1000, ms: 1 } as const
/** Pauses shorter than this are not shown in evidence, in milliseconds. */
const SHOWN_PAUSE = 1000
const REDACTED = '(redacted)'

/** Reads a script; throws one error with every mistake and its line number. */
export function parseScript(text: string): Script {
  const script: ScriptLine[] = []
  const mistakes: string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const read = parseLine(line.trimStart())
    if (typeof read === 'string') mistakes.push(`line ${index + 1}: ${read} (${line.trim()})`)
    else if (read !== undefined) script.push(read)
  }
  if (mistakes.length > 0) throw new Error(`The conversation cannot be read:\n${mistakes.join('\n')}`)
  return script
}

export function renderScript(script: Script): string {
  return script.map((line) => `${renderLine(line)}\n`).join('')
}

/** A line of a script, and when it was spoken, in milliseconds since the epoch. */
interface TimedLine {
  readonly line: ScriptLine
  readonly at: number
}

/** Pieces that one side spoke without a word of the other, as lines, each with the time of the piece in which it began. */
function timedLines(side: 'C' | 'S', pieces: readonly Spoken[]): readonly TimedLine[] {
  let piece = 0
  let end = pieces[0]?.bytes.length ?? 0
  return linesOf(side, Buffer.concat(pieces.map(({ bytes }) => bytes))).map(({ line, start }) => {
    while (start >= end && piece < pieces.length - 1) {
      piece += 1
      end += pieces[piece]?.bytes.length ?? 0
    }
    return { line, at: pieces[piece]?.at ?? 0 }
  })
}

function timedScriptOf({ spoken: all }: Conversation): readonly TimedLine[] {
  const script: TimedLine[] = []
  let pending: { side: 'C' | 'S'; pieces: Spoken[] } | undefined
  let before: Spoken | undefined
  const flush = (): void => {
    if (pending !== undefined) {
      for (const line of timedLines(pending.side, pending.pieces)) script.push(line)
    }
    pending = undefined
  }
  for (const spoken of all) {
    const pause = before === undefined ? 0 : spoken.at - before.at
    before = spoken
    if (pause >= SHOWN_PAUSE) {
      flush()
      script.push({ line: { kind: 'wait', milliseconds: Math.round(pause / 1000) * 1000 }, at: spoken.at })
    }
    if (spoken.side === '!') {
      flush()
      script.push({ line: eventOf(spoken.note ?? ''), at: spoken.at })
    } else if (pending?.side === spoken.side) pending.pieces.push(spoken)
    else {
      flush()
      pending = { side: spoken.side, pieces: [spoken] }
    }
  }
  flush()
  return script
}

/** What was spoken, as a script: whole lines where they can be shown so, exact bytes elsewhere. */
export function scriptOf(conversation: Conversation, options: { readonly redact?: boolean } = {}): Script {
  const script = timedScriptOf(conversation).map(({ line }) => line)
  return options.redact === false ? script : withoutSecrets(script)
}

/** Evidence for people: the title, then the conversation, at most so many lines of it (default 400). */
export function renderConversation(
  conversation: Conversation,
  options: { readonly redact?: boolean; readonly longest?: number } = {},
): string {
  return timedConversation(conversation, options)
    .map(({ text }) => `${text}\n`)
    .join('')
}

/** The same, line by line, each with its time. */
export function timedConversation(
  conversation: Conversation,
  options: { readonly redact?: boolean; readonly longest?: number } = {},
): readonly { readonly text: string; readonly at: number }[] {
  const timed = timedScriptOf(conversation)
  const spoken = timed.map(({ line }) => line)
  const script = options.redact === false ? spoken : withoutSecrets(spoken)
  const lines = script.map((line, index) => ({ text: renderLine(line), at: timed[index]?.at ?? 0 }))
  const title = { text: `# ${conversation.title}`, at: lines[0]?.at ?? 0 }
  const longest = options.longest ?? 400
  if (lines.length <= longest) return [title, ...lines]
  const head = Math.ceil(longest / 2)
  const left = lines.length - longest
  const gap = { text: `# … ${left} lines left out …`, at: lines[head]?.at ?? 0 }
  return [title, ...lines.slice(0, head), gap, ...lines.slice(head + left)]
}

/** Printable ASCII as it is, everything else escaped; a blank at the end too, since nobody would see it. */
export function escapeBytes(bytes: Uint8Array): string {
  let text = ''
  for (const [index, octet] of bytes.entries()) {
    if (octet === 13) text += '\\r'
    else if (octet === 10) text += '\\n'
    else if (octet === 9) text += '\\t'
    else if (octet === 0) text += '\\0'
    else if (octet === 92) text += '\\\\'
    else if (octet < 32 || octet > 126 || (octet === 32 && index === bytes.length - 1)) {
      text += `\\x${octet.toString(16).padStart(2, '0')}`
    } else text += String.fromCharCode(octet)
  }
  return text
}

/** Undoes `escapeBytes`; letters beyond ASCII become UTF-8. Throws at an unknown escape. */
export function unescapeBytes(text: string): Uint8Array {
  const fault = escapeFault(text)
  if (fault !== undefined) throw new Error(fault)
  const simple: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, '0': 0, '\\': 92 }
  const pieces = text.split(/(\\x[0-9a-fA-F]{2}|\\[rnt0\\])/).map((piece) => {
    if (!piece.startsWith('\\')) return Buffer.from(piece)
    return Buffer.from([piece[1] === 'x' ? Number.parseInt(piece.slice(2), 16) : (simple[piece.charAt(1)] ?? 92)])
  })
  return Buffer.concat(pieces)
}

function escapeFault(text: string): string | undefined {
  const rest = text.replaceAll(/\\x[0-9a-fA-F]{2}|\\[rnt0\\]/g, '')
  return rest.includes('\\') ? `unknown escape in "${text}"; known are \\r \\n \\t \\0 \\\\ \\xNN` : undefined
}

function parseLine(line: string): ScriptLine | string | undefined {
  if (line === '') return undefined
  if (line.startsWith('#')) return { kind: 'comment', text: line.slice(1).trim() }
  const said = /^([CS])([:|]) ?(.*)$/s.exec(line)
  if (said !== null) {
    const side = said[1] === 'C' ? 'C' : 'S'
    const text = said[3] ?? ''
    if (said[2] === '|') return escapeFault(text) ?? { kind: 'bytes', side, bytes: unescapeBytes(text) }
    if (side === 'C') return { kind: 'line', text }
    const reply = /^([2-5x][\dxyz]{2}(?:\|[2-5x][\dxyz]{2})*)(?:([ -])(.*))?$/s.exec(text)
    if (reply === null) return 'a line of the server begins with a reply code'
    const separator = reply[2] === '-' ? '-' : reply[2] === ' ' ? ' ' : ''
    return { kind: 'reply', codes: reply[1] ?? '', separator, text: reply[3] ?? '' }
  }
  const closed = /^([CS])!\s*$/.exec(line)
  if (closed !== null) return { kind: 'close', side: closed[1] === 'C' ? 'C' : 'S' }
  const wait = /^\+\s*(\d+)\s*(ms|s|min|h|d)\b/.exec(line)
  if (wait !== null) {
    const unit = (['d', 'h', 'min', 's', 'ms'] as const).find((known) => known === wait[2]) ?? 's'
    return { kind: 'wait', milliseconds: Number(wait[1]) * UNITS[unit] }
  }
  return 'a line begins with C: S: C| S| C! S! + or #'
}

function renderLine(line: ScriptLine): string {
  switch (line.kind) {
    case 'line':
      return line.text === '' ? 'C:' : `C: ${line.text}`
    case 'bytes':
      return `${line.side}| ${escapeBytes(line.bytes)}`
    case 'reply':
      return `S: ${line.codes}${line.separator}${line.text}`
    case 'wait':
      return `+ ${renderDuration(line.milliseconds)}`
    case 'close':
      return `${line.side}!`
    default:
      return line.text === '' ? '#' : `# ${line.text}`
  }
}

function renderDuration(milliseconds: number): string {
  for (const unit of ['d', 'h', 'min', 's'] as const) {
    if (milliseconds > 0 && milliseconds % UNITS[unit] === 0) return `${milliseconds / UNITS[unit]}${unit}`
  }
  return `${milliseconds}ms`
}

/** Each line with the place of its first octet. */
function linesOf(side: 'C' | 'S', bytes: Buffer): readonly { readonly line: ScriptLine; readonly start: number }[] {
  const lines: { line: ScriptLine; start: number }[] = []
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start) + 1 || bytes.length
    const line = lineOf(side, bytes.subarray(start, end))
    lines.push({ line, start })
    start = end
  }
  return lines
}

function lineOf(side: 'C' | 'S', whole: Buffer): ScriptLine {
  const text = shownText(whole)
  if (text !== undefined && side === 'C') return { kind: 'line', text }
  const reply = text === undefined ? null : /^([2-5]\d{2})(?:([ -])(.*))?$/s.exec(text)
  if (reply === null) return { kind: 'bytes', side, bytes: Uint8Array.from(whole) }
  const separator = reply[2] === '-' ? '-' : reply[2] === ' ' ? ' ' : ''
  return { kind: 'reply', codes: reply[1] ?? '', separator, text: reply[3] ?? '' }
}

/** The line's text when it can stand after `C:` or `S:` and be read back the same. */
function shownText(line: Buffer): string | undefined {
  if (line.at(-1) !== 10 || line.at(-2) !== 13) return undefined
  const bytes = line.subarray(0, -2)
  const text = bytes.toString('utf8')
  return /\p{Cc}|\s$/u.test(text) || !Buffer.from(text).equals(bytes) ? undefined : text
}

function eventOf(note: string): ScriptLine {
  if (note === 'C closes' || note === 'S closes') return { kind: 'close', side: note === 'C closes' ? 'C' : 'S' }
  return { kind: 'comment', text: note }
}

/** What follows `AUTH METHOD`, and every line of the client that answers a 334. */
function withoutSecrets(script: Script): Script {
  let asked = false
  return script.map((line): ScriptLine => {
    if (line.kind === 'reply') asked = line.codes === '334'
    // A challenge without text is shown as bytes: nobody would see the blank at its end.
    if (line.kind === 'bytes' && line.side === 'S') asked = Buffer.from(line.bytes).toString('latin1').startsWith('334')
    if (
      line.kind === 'bytes' &&
      line.side === 'C' &&
      (asked || /^AUTH /i.test(Buffer.from(line.bytes).toString('latin1')))
    ) {
      return { kind: 'line', text: REDACTED }
    }
    if (line.kind !== 'line') return line
    const auth = /^(AUTH +\S+) +\S/i.exec(line.text)
    if (auth !== null) return { kind: 'line', text: `${auth[1] ?? ''} ${REDACTED}` }
    return asked ? { kind: 'line', text: line.text === '*' ? '*' : REDACTED } : line
  })
}
