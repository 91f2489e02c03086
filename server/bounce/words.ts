/**
 * The part of a notification that people read: what became of the message for whom, what the other side said, and what
 * the sender can do about it.
 *
 * Plain text, lines of at most 72 characters where words allow it. Nothing here is meant for programs; those read the
 * second part.
 */
import { dateTime } from '../message/date.ts'
import type { Told } from '../queue/contract.ts'
import type { NoticeKind } from './decide.ts'
import { transcript, troubleOf } from './status.ts'
import type { StatusFacts } from './status.ts'
import { paragraph, printable } from './text.ts'

export interface WordsFacts extends StatusFacts {
  readonly kind: NoticeKind
  /** The whole message comes back, not its header section alone. */
  readonly whole: boolean
}

/** The subject of a notification of each kind; it says that nobody wrote this by hand (rfc3834-3.1.5-01). */
export const subjects: Readonly<Record<NoticeKind, string>> = {
  failure: 'Automatic notice: your message could not be delivered',
  delay: 'Automatic notice: your message is delayed',
  success: 'Automatic notice: report on the delivery of your message',
}

const opening = (facts: WordsFacts): string => {
  const arrived = dateTime(facts.envelope.acceptedAt)
  const sentences: Readonly<Record<NoticeKind, string>> = {
    failure: `The message that you sent, which arrived here on ${arrived}, could not be delivered to the recipients named below. No further attempt will be made for them.`,
    delay: `The message that you sent, which arrived here on ${arrived}, has not been delivered yet to the recipients named below. You need not send it again: attempts go on until ${dateTime(facts.retryUntil)}, and you will be told if they fail in the end.`,
    success: `You asked to be told how the message fared that arrived here on ${arrived}.`,
  }
  return sentences[facts.kind]
}

/** What the sender can do, by the subject and detail of the status code (RFC 3463 §3); the first row that fits. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^.\.1\.[0136]$/, 'Check the spelling of the address, or ask the recipient for the right one in another way.'],
  [/^.\.1\.(2|10)$|^.\.4\.4$/, 'Check the part of the address after the @: no host takes mail for that name.'],
  [/^.\.1\.[78]$/, 'Your own address was not accepted: check the sender address that your mail program uses.'],
  [/^.\.2\.2$/, 'The mailbox is full. Try again later, or tell the recipient in another way.'],
  [
    /^.\.2\.3$|^.\.3\.4$/,
    'The message is too large for the recipient. Send a smaller one, or share large files in another way.',
  ],
  [
    /^.\.6\.[79]$/,
    'A host on the way cannot handle addresses or header fields with international characters. Use plain ASCII ones.',
  ],
  [
    /^.\.6\./,
    'A host on the way cannot handle the form of this message. Send it as plain text, or with attachments encoded.',
  ],
  [/^.\.7\./, 'The message was refused for reasons of policy. Ask the postmaster of the recipient in another way.'],
  [
    /^.\.4\.|^4\./,
    'The trouble may be gone later: send the message again then, or reach the recipient in another way.',
  ],
]

const becameOfIt = (facts: WordsFacts, told: Told): readonly string[] => {
  const { cause, outcome } = told
  if (cause === 'failed' || cause === 'delayed') {
    const trouble = troubleOf(told)
    return [
      ...(cause === 'failed' && outcome.kind === 'deferred'
        ? ['Attempts were made for as long as this server keeps mail, without success.']
        : []),
      ...(trouble === undefined ? [] : [printable(trouble.reason, facts.utf8).slice(0, 500)]),
    ]
  }
  if (outcome.kind === 'relayed') {
    const host = printable(outcome.host, facts.utf8)
    return [
      `It was passed on to ${host}, which does not report deliveries: unless it fails there, this is the last that you hear.`,
    ]
  }
  if (outcome.kind !== 'expanded') return ['It was put into the mailbox.']
  return outcome.listOwner === undefined
    ? ['That address stands for several others, and the message goes on to them. You will be told if it fails for one.']
    : ['It was given to the mailing list of that address.']
}

const aboutRecipient = (facts: WordsFacts, told: Told): string => {
  const { utf8 } = facts
  const { recipient } = told
  const original = recipient.originalRecipient?.address
  const alias =
    original !== undefined && original !== recipient.address
      ? ` (you wrote to ${printable(original, true).slice(0, 500)})`
      : ''
  const trouble = told.cause === 'failed' || told.cause === 'delayed' ? troubleOf(told) : undefined
  const said = trouble?.reply
  const hint =
    told.cause === 'failed' ? advice.find(([pattern]) => pattern.test(trouble?.status ?? '5.0.0')) : undefined
  return [
    `  ${printable(recipient.address, true)}${alias}\r\n`,
    ...becameOfIt(facts, told).map((sentence) => paragraph(sentence, '    ')),
    ...(said === undefined
      ? []
      : [
          `    ${printable(trouble?.host ?? 'The other host', utf8)} said:\r\n`,
          ...transcript(said, utf8).map((line) => paragraph(line, '      ')),
        ]),
    ...(hint === undefined ? [] : [paragraph(hint[1], '    ')]),
  ].join('')
}

/** The whole text, lines ended with CRLF. */
export const words = (facts: WordsFacts): string => {
  const enclosed = facts.whole ? 'Your message is enclosed below.' : 'The header of your message is enclosed below.'
  return [
    paragraph(`This is the mail service of ${printable(facts.hostName, facts.utf8)}.`),
    paragraph(opening(facts)),
    ...facts.told.map((told) => aboutRecipient(facts, told)),
    paragraph(`${enclosed} If this notice does not help you, write to the postmaster of this host.`),
  ].join('\r\n')
}
