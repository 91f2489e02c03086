/**
 * How to see a failure again without this suite: what clients said to the server, as a `swaks` line where that says it, or
 * else as the raw bytes for `nc`, a second apart so that every reply is waited for; it hangs up five seconds after the last.
 *
 * Reads the notation in which evidence is written. HOST and PORT stand for the server; passwords are not in evidence and so
 * not here. What ran under TLS or was cut short cannot be said as raw bytes, and is left out.
 */
import { plainName } from './results.ts'
import type { Attached } from './results.ts'

/** What stands within one pair of single quotes of `printf`. */
const quoted = (bytes: string): string => `'${bytes.replaceAll('%', '%%').replaceAll("'", String.raw`\047`)}'`

/** An argument of a shell. */
const argument = (text: string): string =>
  /^[\w.@:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

interface Said {
  /** Escaped as `printf` reads them; one for each time that the client spoke. */
  readonly turns: readonly string[]
  /** Whole lines, where everything was whole lines. */
  readonly lines: readonly string[] | undefined
}

const saidIn = (conversation: string): Said => {
  const turns: string[] = []
  const lines: string[] = []
  let exact = false
  let speaking = false
  for (const line of conversation.split('\n')) {
    const [, kind, text = ''] = /^C([:|]) ?(.*)$/.exec(line) ?? []
    if (kind === undefined) {
      if (line.startsWith('S')) speaking = false
      continue
    }
    if (kind === '|') exact = true
    else lines.push(text)
    // `printf` knows octal escapes everywhere, hexadecimal ones not in every shell.
    const octets = text.replaceAll(
      /\\x([0-9a-fA-F]{2})|\\0/g,
      (_all, hex: string | undefined) =>
        `\\${Number.parseInt(hex ?? '0', 16)
          .toString(8)
          .padStart(3, '0')}`,
    )
    const bytes = kind === '|' ? octets : `${text.replaceAll('\\', String.raw`\\`)}\\r\\n`
    if (speaking) turns.push(`${turns.pop() ?? ''}${bytes}`)
    else turns.push(bytes)
    speaking = true
  }
  return { turns, lines: exact ? undefined : lines }
}

/** One mail in the usual order, without anything that `swaks` would say otherwise. */
const swaksLine = (conversation: string, lines: readonly string[]): string | undefined => {
  const dataAt = lines.indexOf('DATA')
  const commands = dataAt < 0 ? lines : lines.slice(0, dataAt)
  const rest = commands.filter((line) => !/^(?:STARTTLS|QUIT|AUTH PLAIN \(redacted\))$/.test(line))
  const greetings = rest.flatMap((line) => /^EHLO (\S+)$/.exec(line)?.slice(1, 2) ?? [])
  const senders = rest.flatMap((line) => /^MAIL FROM:<([^\s<>"\\]*)>(?: SIZE=\d+)?$/.exec(line)?.slice(1, 2) ?? [])
  const recipients = rest.flatMap((line) => /^RCPT TO:<([^\s<>"\\,]+)>$/.exec(line)?.slice(1, 2) ?? [])
  const [helo] = greetings
  const [from] = senders
  if (helo === undefined || from === undefined || senders.length > 1 || recipients.length === 0) return undefined
  if (greetings.length + senders.length + recipients.length !== rest.length) return undefined
  const tls = lines.includes('STARTTLS') ? ' --tls' : ''
  const auth = conversation.includes('\nC: AUTH PLAIN') ? ' --auth PLAIN --auth-user USER --auth-password PASSWORD' : ''
  const stop = conversation.includes('\nS: 354') ? '' : ' --quit-after RCPT'
  return `swaks --server HOST:PORT --helo ${argument(helo)} --from ${argument(from === '' ? '<>' : from)} --to ${argument(recipients.join(','))}${tls}${auth}${stop}`
}

const raw = (conversation: string, turns: readonly string[]): string | undefined => {
  if (/# TLS begins|\(redacted\)|lines left out|characters more\)$/m.test(conversation)) return undefined
  const said = turns.map((bytes) => `printf ${quoted(bytes)}; sleep 1`)
  const line = `(sleep 1; ${said.join('; ')}) | nc -w 5 HOST PORT`
  return line.length > 2000 ? undefined : line
}

/** Whether the server under test was the one that answered: what exchangers were told is its doing, not a client's. */
const fromClient = (one: Attached): boolean =>
  plainName(one).startsWith('conversation: ') &&
  !/→ mx\d*\.|→ [a-z][\w-]*(?:\.[a-z][\w-]*)+(?: \(\d+\))?$/.test(one.name)

/** At most three lines, each for one conversation. */
export const reproductions = (evidence: readonly Attached[]): readonly string[] => {
  const lines = evidence.filter(fromClient).flatMap(({ text }) => {
    const { turns, lines: whole } = saidIn(text)
    if (turns.length === 0) return []
    const line = (whole === undefined ? undefined : swaksLine(text, whole)) ?? raw(text, turns)
    return line === undefined ? [] : [line]
  })
  return [...new Set(lines)].slice(0, 3)
}
