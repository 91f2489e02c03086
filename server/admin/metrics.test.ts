import { expect, test } from 'vitest'
import { createJournal } from '../journal/journal.ts'
import { settingsSchema } from '../settings/schema.ts'
import { createMetrics } from './metrics.ts'
import { counter, gauge, histogram, textOf } from './prometheus.ts'

test('the text form', () => {
  const requests = counter('a_total', 'Help with \\ and\nline.', [{ kind: 'x' }])
  requests.add({ kind: 'x' }, 2)
  requests.add({ kind: 'say "hi"\n' })
  const times = histogram('b_seconds', 'Times.', [1, 2])
  for (const value of [0.5, 1, 1.5, 9]) times.observe(value)
  expect(textOf([requests, times, gauge('c', 'Now.', () => 1.5)])).toBe(
    `# HELP a_total Help with \\\\ and\\nline.
# TYPE a_total counter
a_total{kind="x"} 2
a_total{kind="say \\"hi\\"\\n"} 1
# HELP b_seconds Times.
# TYPE b_seconds histogram
b_seconds_bucket{le="1"} 2
b_seconds_bucket{le="2"} 3
b_seconds_bucket{le="+Inf"} 4
b_seconds_sum 12
b_seconds_count 4
# HELP c Now.
# TYPE c gauge
c 1.5
`,
  )
})

test('events become metrics', () => {
  let now = 0
  const clock = { now: () => now }
  const journal = createJournal({ clock })
  const settings = settingsSchema.parse({ smtp: { enabled: true } })
  const queue = { counts: () => ({ messages: 2, queued: 3, held: 1, underWay: 0, octets: 4711 }) }
  const metrics = createMetrics({ version: '1.2.3', journal, queue, settings: () => settings, clock })
  journal.tell('session-opened', { session: 's1' }, { role: 'submission' })
  journal.tell('session-opened', { session: 's2' }, { role: 'relay' })
  now = 2000
  journal.tell('session-closed', { session: 's1' })
  journal.tell('session-closed', { session: 'never-opened' })
  journal.tell('authentication-failed', { session: 's2' })
  journal.tell('recipient-refused', { session: 's2' }, { reply: 550 })
  journal.tell('message-accepted', { session: 's2' }, { size: 1500 })
  journal.tell('recipient-relayed', { envelope: 'e1' })
  const lines = metrics.text().split('\n')
  for (const line of [
    'target_info{service_name="smtpspec",service_version="1.2.3"} 1',
    'smtpspec_uptime_seconds 2',
    'smtpspec_open_relay 1',
    'smtpspec_sessions_active 1',
    'smtpspec_sessions_total{role="submission"} 1',
    'smtpspec_session_duration_seconds_sum 2',
    'smtpspec_session_duration_seconds_count 1',
    'smtpspec_authentications_total{outcome="failed"} 1',
    'smtpspec_authentications_total{outcome="succeeded"} 0',
    'smtpspec_recipients_total{ruling="refused"} 1',
    'smtpspec_messages_total{ruling="accepted"} 1',
    'smtpspec_message_size_bytes_bucket{le="10000"} 1',
    'smtpspec_recipients_settled_total{outcome="relayed"} 1',
    'smtpspec_queue_recipients{state="held"} 1',
    'smtpspec_queue_size_bytes 4711',
  ]) {
    expect(lines).toContain(line)
  }
  metrics.close()
  journal.tell('authentication-failed', { session: 's2' })
  expect(metrics.text()).toContain('smtpspec_authentications_total{outcome="failed"} 1\n')
})

test('every family has a well-formed name, a help text and a type', () => {
  const clock = { now: () => 0 }
  const queue = { counts: () => ({ messages: 0, queued: 0, held: 0, underWay: 0, octets: 0 }) }
  const settings = settingsSchema.parse({})
  const text = createMetrics({
    version: '1',
    journal: createJournal({ clock }),
    queue,
    settings: () => settings,
    clock,
  }).text()
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  expect(types.length).toBeGreaterThan(20)
  for (const [, name = '', type = ''] of types) {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
  }
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) .+|[a-z0-9_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (\d+(\.\d+)?|\+Inf))$/)
  }
})
