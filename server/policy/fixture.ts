/**
 * Settings and clients for the tests of policy: one small house, of which a test changes what it is about.
 */
import { parseMailbox } from '../protocol/path.ts'
import type { ForwardPath, ReversePath } from '../protocol/path.ts'
import { settingsSchema } from '../settings/schema.ts'
import type { Settings, SettingsDocument } from '../settings/schema.ts'
import type { Client } from './client.ts'

const house: SettingsDocument = {
  hostName: 'mx.here.example',
  incoming: { allowed: true, domains: ['here.example', 'also.example'], relayDomains: ['backup.example'] },
  users: [
    {
      name: 'alice',
      fullName: 'Alice Example',
      addresses: ['alice.example', 'wonder@also.example', 'alice@elsewhere.example'],
    },
    { name: 'bob', fullName: 'Bob Example' },
  ],
  aliases: [
    { address: 'sales', to: ['alice', 'bob'] },
    { address: 'press@also.example', to: ['press@there.example'] },
  ],
  lists: [{ address: 'staff', owner: 'alice', members: ['alice', 'bob@here.example', 'carol@there.example'] }],
}

/** The house with these changes: whole branches are replaced. */
export const settingsWith = (changes: SettingsDocument = {}): Settings => settingsSchema.parse({ ...house, ...changes })

export const stranger: Client = { address: '203.0.113.9', localAddress: '192.0.2.25', role: 'relay', secure: false }

export const forwardPath = (text: string): ForwardPath => {
  if (!text.includes('@')) return { kind: 'postmaster', text }
  const mailbox = parseMailbox(text)
  if (mailbox === undefined) throw new Error(`${text} is no mailbox`)
  return { kind: 'mailbox', mailbox, route: [] }
}

export const reversePath = (text: string): ReversePath => {
  if (text === '') return { kind: 'null' }
  const mailbox = parseMailbox(text)
  if (mailbox === undefined) throw new Error(`${text} is no mailbox`)
  return { kind: 'mailbox', mailbox, route: [] }
}
