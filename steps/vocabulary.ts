/**
 * The parameter types of the sentences: what may stand unquoted in a step, and what it means.
 *
 * Sentences read as sentences because these patterns are narrow: a mailbox looks like a mailbox, a host like a host.
 */
import { defineParameterType } from '@cucumber/cucumber'
import type { Standing } from './cast.ts'
import type { MailWorld } from './world.ts'

/** A class of refusal as people say it, and the first digit of the reply codes it means. */
export interface RefusalClass {
  readonly words: string
  readonly digits: readonly string[]
}

const refusalClasses: Readonly<Record<string, readonly string[]>> = {
  'refused permanently': ['5'],
  'refused temporarily': ['4'],
  refused: ['4', '5'],
}

export const durationUnits: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** Who sends: a member of the cast, or somebody known only by where they stand. */
export type Sender =
  | { readonly kind: 'person'; readonly name: string }
  | { readonly kind: 'standing'; readonly standing: Standing }

const standings: Readonly<Record<string, Standing>> = {
  'a stranger': 'stranger',
  'a trusted host': 'trusted',
  'an authenticated user': 'authenticated',
  'a user with a wrong password': 'wrong-password',
}

const mailboxPattern = /(?:"(?:[^"\\]|\\.)*"|[^\s"<>@,]+)@(?:\[[^\]\s]+\]|[^\s<>@,"]+)/

defineParameterType({ name: 'person', regexp: /alice|bob|carol|mallory/, transformer: (name: string) => name })
defineParameterType({
  name: 'sender',
  regexp: /alice|bob|carol|mallory|a stranger|a trusted host|an authenticated user|a user with a wrong password/,
  transformer: (words: string): Sender => {
    const standing = standings[words]
    return standing === undefined ? { kind: 'person', name: words } : { kind: 'standing', standing }
  },
})
defineParameterType({
  name: 'standing',
  regexp: /a stranger|a trusted host|an authenticated user|a user with a wrong password/,
  transformer: (words: string): Standing => standings[words] ?? 'stranger',
})
defineParameterType({ name: 'mailbox', regexp: mailboxPattern, transformer: (text: string) => text })
defineParameterType({
  name: 'mailboxes',
  regexp: new RegExp(`${mailboxPattern.source}(?:(?:, | and |, and )${mailboxPattern.source})*`),
  transformer: (text: string): readonly string[] => text.split(/, and |, | and /),
})
defineParameterType({ name: 'path', regexp: /<[^>]*>/, transformer: (text: string) => text.slice(1, -1) })
defineParameterType({
  name: 'host',
  regexp: /[a-zA-Z0-9](?:[a-zA-Z0-9-]*\.)+[a-zA-Z0-9-]+/,
  transformer: (text: string) => text,
})
defineParameterType({
  name: 'domain',
  regexp: /[a-zA-Z0-9](?:[a-zA-Z0-9-]*\.)+[a-zA-Z0-9-]+/,
  transformer: (text: string) => text,
})
defineParameterType({
  name: 'refusal',
  regexp: /refused permanently|refused temporarily|refused/,
  transformer: (words: string): RefusalClass => ({ words, digits: refusalClasses[words] ?? [] }),
})
defineParameterType({
  name: 'code',
  regexp: /[2-5](?:\d\d|yz)(?: [245]\.\d{1,3}\.\d{1,3})?/,
  transformer(this: MailWorld, text: string): string {
    return this.asOffered(text)
  },
})
defineParameterType({
  name: 'duration',
  regexp: /\d+(?:\.\d+)? (?:millisecond|second|minute|hour|day)s?/,
  transformer: (text: string): number => {
    const [amount, unit] = text.split(' ')
    return Number(amount) * (durationUnits[(unit ?? '').replace(/s$/, '')] ?? 0)
  },
})
defineParameterType({
  name: 'times',
  regexp: /once|twice|\d+ times/,
  transformer: (text: string): number => (text === 'once' ? 1 : text === 'twice' ? 2 : Number.parseInt(text, 10)),
})
defineParameterType({
  name: 'setting',
  regexp: /[a-z]+[a-zA-Z]*(?:\.[a-z]+[a-zA-Z]*)*/,
  transformer: (text: string) => text,
})
defineParameterType({
  name: 'listenerRole',
  regexp: /relay|submission|submissions/,
  transformer: (text: string) => text as 'relay' | 'submission' | 'submissions',
})
