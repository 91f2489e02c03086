/**
 * What a server that is already there offers, as its answer to EHLO says, and which scenarios that leaves out: one that says
 * the words of an extension is for servers that offer it.
 *
 * A row of a table that speaks of such an extension is left out by its step; here the rest of a scenario is read.
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Capability } from '../target.ts'

const patienceMilliseconds = 10_000

export const extensions = [
  'PIPELINING',
  'SIZE',
  '8BITMIME',
  'STARTTLS',
  'DSN',
  'CHUNKING',
  'BINARYMIME',
  'SMTPUTF8',
  'ENHANCEDSTATUSCODES',
] as const

export type Extension = (typeof extensions)[number]

export const capabilityOf: Readonly<Record<Extension, Capability>> = {
  PIPELINING: 'pipelining',
  SIZE: 'size',
  '8BITMIME': '8bitmime',
  STARTTLS: 'tls',
  DSN: 'dsn',
  CHUNKING: 'chunking',
  BINARYMIME: 'binarymime',
  SMTPUTF8: 'smtputf8',
  ENHANCEDSTATUSCODES: 'enhanced-codes',
}

/** Asked before TLS; rejects when there is no answer within ten seconds, or another one than 250. */
export const offersOf = async (host: string, port: number): Promise<readonly Extension[]> => {
  const socket = connect({ host, port })
  socket.setTimeout(patienceMilliseconds, () => socket.destroy(new Error('it said nothing for ten seconds')))
  const heard: string[] = []
  let replies = 0
  try {
    for await (const line of createInterface({ input: socket })) {
      heard.push(line)
      if (/^\d{3}-/.test(line)) continue
      replies += 1
      if (replies === 1) socket.write('EHLO client.example\r\n')
      else break
    }
  } finally {
    if (socket.writable) socket.end('QUIT\r\n')
  }
  if (heard.at(-1)?.startsWith('250') !== true)
    throw new Error(`it answers EHLO with ${JSON.stringify(heard.at(-1) ?? 'nothing')}`)
  const words = new Set(heard.map((line) => line.slice(4).split(/[ =]/)[0]?.toUpperCase() ?? ''))
  return extensions.filter((extension) => words.has(extension))
}

/** The words of each extension, in commands and in the names of steps. */
const wordsOf: Readonly<Partial<Record<Extension, RegExp>>> = {
  PIPELINING: /C\| \S.*\\r\\n\S.*\\r\\n|sends the group:|pipelined/,
  SIZE: / SIZE=/i,
  '8BITMIME': / BODY=8BITMIME/i,
  STARTTLS: /STARTTLS|under TLS/,
  DSN: / (?:RET|ENVID|NOTIFY|ORCPT)=/i,
  CHUNKING: /BDAT/,
  BINARYMIME: /BINARYMIME/,
  SMTPUTF8: /SMTPUTF8|international/,
}

interface Step {
  readonly text: string
  readonly argument?: { readonly docString?: { readonly content: string } }
}

/** What a scenario says, without its tables. `steps` is the JSON of its steps. */
export const spoken = (steps: string): string =>
  (JSON.parse(steps) as readonly Step[])
    .flatMap(({ text, argument }) => [text, argument?.docString?.content ?? ''])
    .join('\n')

/** The first extension that a scenario speaks of and that is not offered. */
export const missing = (said: string, offered: readonly Extension[]): Extension | undefined =>
  extensions.find((extension) => !offered.includes(extension) && wordsOf[extension]?.test(said) === true)

/**
 * A scenario in which some recipient has to be refused: nobody's, or one of another server that the sender may not reach.
 * Tables count here: what they say first decides what follows.
 */
export const refusesRecipients = (steps: string): boolean =>
  [
    /RCPT TO:<[^>]*(?:nobody|[%!]|@[^>@]*@|@(?!here\.example>))[^>]*>/i,
    /message to [^"]*(?:nobody@|@(?!here\.example\b))/,
    /\brefuse|\boffers a message\b|an open relay/i,
  ].some((form) => form.test(steps))
