import { expect, test } from 'vitest'
import type { Outcome, Recipient } from '../message/envelope.ts'
import type { Result, Work } from '../queue/contract.ts'
import { Ledger } from './ledger.ts'
import type { Kept } from './outcome.ts'

const recipient = (id: string): Recipient => ({
  id,
  address: `${id}@here.example`,
  state: 'queued',
  attempts: 0,
  dueAt: 0,
})
const facts = { octets: 0, has8bit: false, has8bitHeader: false, bareLineEnds: false }
const delivered: Outcome = { kind: 'delivered' }
const soft: Kept = { soft: true, trouble: { status: '4.2.1', reason: 'x' } }

const open = (...ids: readonly string[]) => {
  const settled: (readonly Result[])[] = []
  const recipients = ids.map(recipient)
  const work: Pick<Work, 'recipients' | 'settle'> = {
    recipients,
    settle: async (results) => void settled.push(results),
  }
  return { ledger: new Ledger(work as Work, facts), settled, recipients }
}

test('what is settled stays so, whatever is told of it once more', async () => {
  const { ledger, settled } = open('a', 'b')
  await ledger.settle([{ recipient: 'a', outcome: delivered }])
  await ledger.settle([
    { recipient: 'a', outcome: { kind: 'deferred', trouble: soft.trouble } },
    { recipient: 'b', outcome: delivered },
  ])
  await ledger.settle([{ recipient: 'b', outcome: delivered }])
  expect(settled).toEqual([[{ recipient: 'a', outcome: delivered }], [{ recipient: 'b', outcome: delivered }]])
  expect(ledger.open).toEqual([])
})

test('at the end everybody who is left has what was kept', async () => {
  const { ledger, settled, recipients } = open('a', 'b')
  ledger.keep(recipients, soft)
  await ledger.settle([{ recipient: 'a', outcome: delivered }])
  await ledger.conclude()
  expect(settled[1]).toEqual([{ recipient: 'b', outcome: { kind: 'deferred', trouble: soft.trouble } }])
})
