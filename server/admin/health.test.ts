import { expect, test } from 'vitest'
import { settingsSchema } from '../settings/schema.ts'
import { healthOf } from './health.ts'

const well = {
  settings: settingsSchema.parse({ smtp: { enabled: true }, authentication: { methods: ['PLAIN'] } }),
  setAside: [],
  closedListeners: [],
  lostEvents: 0,
}
const open = settingsSchema.parse({ smtp: { enabled: true } })

test.each([
  ['all well', well, []],
  ['SMTP off is no open relay', { ...well, settings: settingsSchema.parse({}) }, []],
  ['an open relay', { ...well, settings: open }, ['open-relay']],
  [
    'everything at once, the open relay first',
    {
      settings: open,
      setAside: [{ what: 'message 7', where: 'aside/7', reason: 'bad JSON' }],
      closedListeners: ['relay 0.0.0.0:25'],
      lostEvents: 3,
    },
    ['open-relay', 'listener-closed', 'set-aside', 'journal-lost'],
  ],
])('%s', (_, facts, reasons) => {
  const health = healthOf(facts)
  expect(health.reasons.map(({ reason }) => reason)).toEqual(reasons)
  expect(health.status).toBe(reasons.length === 0 ? 'ok' : 'degraded')
})
