/**
 * Clients that hand in mail as fast as they can until the server dies under them, and remember which messages it said 250
 * to: from then on those are its responsibility (RFC 5321 §6.1).
 *
 * Every message has a token, a body that follows from it, and recipients of every kind: here, far away, far away with
 * trouble, and one that does not exist, of whom the sender must hear.
 */
import type { Chance } from '../support/chance.ts'
import { gone, isPositive, openTalker } from '../support/talker.ts'
import type { Talker } from '../support/talker.ts'

export const sender = 'alice@here.example'
/** Local users; the sender's own mailbox is for notifications. */
export const localRecipients = ['carol@here.example', 'dave@here.example'] as const
export const farRecipients = ['bob@far.example', 'eve@flaky.example', 'frank@flaky.example'] as const
export const unknownRecipient = 'nobody@far.example'

export interface HandedIn {
  readonly token: string
  readonly recipients: readonly string[]
  /** Octets of the body. */
  readonly octets: number
  /** The 250 to its end was heard; otherwise nobody knows who owns it. */
  acknowledged: boolean
}

/** The body of a message, which follows from its token. */
export const bodyOf = (token: string, octets: number): string =>
  `${token} `
    .repeat(Math.ceil(octets / 80))
    .replaceAll(/(.{70})/g, '$1\r\n')
    .trimEnd()
    .concat('\r\n')

export const contentOf = ({ token, octets }: HandedIn): string =>
  [
    `From: <${sender}>`,
    'To: undisclosed-recipients:;',
    `Subject: ${token}`,
    'Date: Thu, 01 Jan 2026 00:00:00 +0000',
    `Message-ID: <${token}@client.example>`,
    '',
    bodyOf(token, octets),
  ].join('\r\n')

const newMessage = (token: string, chance: Chance): HandedIn => {
  const all = [...localRecipients, ...farRecipients, unknownRecipient] as const
  const chosen = all.filter((recipient) => chance.oneIn(recipient === unknownRecipient ? 12 : 4))
  return {
    token,
    recipients: chosen.length > 0 ? chosen : [chance.pick(all)],
    octets: chance.oneIn(25) ? 100_000 + chance.below(100_000) : 200 + chance.below(3000),
    acknowledged: false,
  }
}

/** One mail transaction; false when the session is of no more use. */
const handIn = async (talker: Talker, message: HandedIn, byChunks: boolean): Promise<boolean> => {
  const content = contentOf(message)
  const commands = [`MAIL FROM:<${sender}>`, ...message.recipients.map((recipient) => `RCPT TO:<${recipient}>`)]
  await talker.write(`${commands.join('\r\n')}\r\n`)
  for (const command of commands) {
    const reply = await talker.reply()
    if (reply === gone || reply.startsWith('421')) return false
    if (!isPositive(reply)) throw new Error(`${command} was answered ${reply}`)
  }
  if (byChunks) await talker.write(`BDAT ${content.length} LAST\r\n${content}`)
  else {
    const go = await talker.say('DATA')
    if (!go.startsWith('354')) return false
    await talker.write(`${content}.\r\n`)
  }
  const reply = await talker.reply()
  message.acknowledged = isPositive(reply)
  return message.acknowledged
}

export interface LoadOptions {
  readonly name: string
  readonly to: { readonly host: string; readonly port: number }
  readonly from: string
  readonly chance: Chance
  /** Ends the client after the message that it is at. */
  readonly signal: AbortSignal
  /** Every message is entered here before anything of it is said. */
  readonly ledger: HandedIn[]
  readonly most: number
}

/** One client, until the signal, until the server is gone, or until it has handed in the most that it may. */
export const runClient = async ({ name, to, from, chance, signal, ledger, most }: LoadOptions): Promise<void> => {
  let count = 0
  while (!signal.aborted && count < most) {
    const talker = openTalker(to, { from })
    try {
      const greeting = await talker.reply()
      if (!isPositive(greeting) || !isPositive(await talker.say(`EHLO ${name}.example`))) return
      const messages = 1 + chance.below(10)
      for (let sent = 0; sent < messages && !signal.aborted && count < most; sent += 1) {
        count += 1
        const message = newMessage(`${name}m${count}`, chance)
        ledger.push(message)
        if (!(await handIn(talker, message, chance.oneIn(2)))) return
      }
      await talker.say('QUIT')
    } finally {
      talker.close()
    }
  }
}
