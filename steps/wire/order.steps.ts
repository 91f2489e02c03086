/**
 * The order of commands: one command, said in each phase that a session can be in.
 */
import { Given, Then } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import { unescapeBytes } from '../../simulators/notation.ts'
import { NotApplicable } from '../../targets/faults.ts'
import { assertNoFaults } from '../behaviour.ts'
import type { MailWorld } from '../world.ts'
import { connect, matches, stranger, textOf } from './wire.ts'

const transaction = ['EHLO client.example', 'MAIL FROM:<bob@there.example>', 'RCPT TO:<alice@here.example>']

/** How a client gets a session into each phase; a refused session needs a host that is not welcome. */
const ways: Readonly<Record<string, readonly string[]>> = {
  refused: [],
  greeted: [],
  identified: transaction.slice(0, 1),
  mail: transaction.slice(0, 2),
  recipients: transaction,
  chunks: [...transaction, 'BDAT 1\r\nx'],
  failed: [...transaction.slice(0, 2), 'BDAT 1\r\nx'],
}

/** "A server taking this approach" (RFC 5321 §3.1) is judged by how it does so; others refuse what is said after the greeting. */
Given('who is refused hears so in the greeting', async function (this: MailWorld) {
  const wire = await connect(this, stranger)
  const greeting = await wire.reply()
  await wire.close()
  if (greeting.code < 300 && this.target.isOurs !== true)
    throw new NotApplicable('refuses what is said, and not by its greeting')
})

/** Nothing forbids to want the transaction ended before (RFC 3207 §4). */
Given('STARTTLS is taken within a transaction', async function (this: MailWorld) {
  const wire = await connect(this, stranger)
  await wire.reply()
  for (const line of transaction.slice(0, 2)) await wire.say(line)
  const ready = await wire.say('STARTTLS')
  await wire.close()
  if (ready.code === 503 && this.target.isOurs !== true)
    throw new NotApplicable('wants the transaction ended before STARTTLS')
})

Then('{string} is answered in each phase:', async function (this: MailWorld, command: string, table: DataTable) {
  if (command.startsWith('BDAT')) this.needs('chunking', 'knows no BDAT')
  if (/^(?:STARTTLS|AUTH)/.test(command)) this.needs('tls', 'offers no TLS')
  const [row = {}] = table.hashes()
  const faults: string[] = []
  if (command.startsWith('BDAT')) this.needs('chunking', 'takes no chunks')
  for (const [phase, cell] of Object.entries(row)) {
    // Where no recipient was taken 503 and 554 say the same (RFC 5321 §3.3).
    const pattern = command === 'DATA' && phase === 'mail' ? '503|554' : cell
    const way = ways[phase]
    if (way === undefined) throw new Error(`there is no phase ${phase}; there are ${Object.keys(ways).join(', ')}`)
    if (way.some((line) => line.startsWith('BDAT')) && !this.target.capabilities.has('chunking')) continue
    const wire = await connect(this, phase === 'refused' ? stranger : { kind: 'standing', standing: 'trusted' })
    try {
      const greeting = await wire.reply()
      // "Taking this approach" is the server's to choose (RFC 5321 §3.1); others greet, and refuse what is said then.
      if (phase === 'refused' && greeting.code < 300 && this.target.isOurs !== true) {
        await wire.close()
        continue
      }
      for (const line of way) {
        await wire.send(line.startsWith('BDAT') ? line : `${line}\r\n`)
        await wire.reply()
      }
      await wire.send(Buffer.concat([unescapeBytes(command), Buffer.from(command.startsWith('BDAT') ? '' : '\r\n')]))
      const reply = await wire.reply()
      if (!matches(reply, pattern))
        faults.push(`${command} in phase ${phase} is to be answered with ${pattern}; ${textOf(reply)}`)
    } catch (error) {
      faults.push(`${command} in phase ${phase} is to be answered with ${pattern}; ${String(error)}`)
    }
    await wire.close()
  }
  assertNoFaults(faults)
})
