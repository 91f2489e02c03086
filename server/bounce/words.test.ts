import { describe, expect, test } from 'vitest'
import type { Outcome } from '../message/envelope.ts'
import type { NotificationCause } from '../queue/contract.ts'
import { words } from './words.ts'

const trouble = { status: '4.4.1', reason: 'mx could not be reached.' }
const noon = Date.UTC(2026, 10, 24, 12)

const text = (cause: NotificationCause, outcome: Outcome, asked?: string): string =>
  words({
    envelope: {
      id: 'e1',
      reversePath: 'alice@here.example',
      acceptedAt: noon,
      origin: { session: 's', transaction: 't', role: 'relay', clientAddress: '', helo: '', protocol: 'ESMTP' },
      size: 10,
      body: '7BIT',
      smtputf8: false,
      kind: 'message',
      recipients: [],
    },
    told: [
      {
        recipient: {
          id: 'r1',
          address: 'bob@there.example',
          state: 'queued',
          attempts: 1,
          dueAt: 0,
          ...(asked !== undefined && { originalRecipient: { type: 'rfc822', address: asked } }),
        },
        cause,
        outcome,
      },
    ],
    kind: cause === 'delayed' ? 'delay' : cause === 'failed' ? 'failure' : 'success',
    hostName: 'mail.here.example',
    at: noon,
    retryUntil: noon,
    utf8: false,
    whole: true,
  }).replaceAll(/\s+/g, ' ')

describe('the words of a notification tell what became of the message, and nothing else', () => {
  const attempts = 'Attempts were made for as long as this server keeps mail'
  const list = 'It was given to the mailing list'
  const several = 'stands for several others'
  test.each<[string, NotificationCause, Outcome, readonly string[], readonly string[]]>([
    ['given up after days', 'failed', { kind: 'deferred', trouble }, [attempts, trouble.reason], []],
    ['refused at once', 'failed', { kind: 'failed', trouble }, [trouble.reason], [attempts]],
    ['delayed', 'delayed', { kind: 'deferred', trouble }, [trouble.reason, 'attempts go on until'], [attempts]],
    ['delivered', 'delivered', { kind: 'delivered' }, ['It was put into the mailbox'], [list, several]],
    ['an alias', 'expanded', { kind: 'expanded', into: ['a@b.example', 'c@d.example'] }, [several], [list]],
    ['a list', 'delivered', { kind: 'expanded', into: ['a@b.example'], listOwner: 'o@b.example' }, [list], [several]],
  ])('%s', (_name, cause, outcome, says, silent) => {
    const said = text(cause, outcome)
    for (const part of says) expect(said).toContain(part)
    for (const part of silent) expect(said).not.toContain(part)
  })

  test('the address that was written to stands there where it is another one', () => {
    expect(text('failed', { kind: 'failed', trouble }, 'robert@here.example')).toContain('you wrote to robert@here')
    expect(text('failed', { kind: 'failed', trouble }, 'bob@there.example')).not.toContain('you wrote to')
  })
})
