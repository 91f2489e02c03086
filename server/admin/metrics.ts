/**
 * The server's metrics, counted from journal events and read from the queue when they are asked for.
 *
 * Nothing else in the server counts; what the journal does not tell, no metric knows. Counters begin at 0 with the
 * process, as Prometheus expects.
 */
import type { EventName, JournalEvent } from '../journal/events.ts'
import type { Journal } from '../journal/journal.ts'
import type { Clock } from '../ports.ts'
import type { Queue } from '../queue/contract.ts'
import type { Settings } from '../settings/schema.ts'
import { relayOpening } from '../settings/open-relay.ts'
import { counter, gauge, histogram, type Labels, textOf } from './prometheus.ts'

export interface MetricsOptions {
  readonly version: string
  readonly journal: Journal
  readonly queue: Pick<Queue, 'counts'>
  readonly settings: () => Settings
  readonly clock: Pick<Clock, 'now'>
}

export interface Metrics {
  /** Prometheus text format 0.0.4. */
  text(): string
  close(): void
}

/** Sessions whose beginning is remembered for their duration; more than any server has at once. */
const mostSessions = 100_000
const outcomes = ['delivered', 'relayed', 'expanded', 'deferred', 'failed', 'expired', 'removed'] as const
const roles = ['relay', 'submission', 'submissions'] as const

function name(text: string): string {
  return `smtpspec_${text}`
}

function both(label: string, one: string, other: string): readonly Labels[] {
  return [{ [label]: one }, { [label]: other }]
}

export function createMetrics(options: MetricsOptions): Metrics {
  const { version, journal, queue, settings, clock } = options
  const startedAt = clock.now()
  const openedAt = new Map<string, number>()
  const sessions = counter(
    name('sessions_total'),
    'Sessions that were opened, by role of the listener.',
    roles.map((role) => ({ role })),
  )
  const sessionsRefused = counter(name('sessions_refused_total'), 'Connections that were refused at the greeting.')
  const duration = histogram(
    name('session_duration_seconds'),
    'How long sessions lasted.',
    [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800],
  )
  const secured = counter(
    name('tls_handshakes_total'),
    'TLS handshakes of clients.',
    both('outcome', 'succeeded', 'failed'),
  )
  const authentications = counter(
    name('authentications_total'),
    'Attempts to authenticate.',
    both('outcome', 'succeeded', 'failed'),
  )
  const commandsRefused = counter(name('commands_refused_total'), 'Commands that were refused out of hand.')
  const senders = counter(name('senders_total'), 'Reverse-paths, by ruling.', both('ruling', 'accepted', 'refused'))
  const recipients = counter(
    name('recipients_total'),
    'Forward-paths, by ruling.',
    both('ruling', 'accepted', 'refused'),
  )
  const messages = counter(
    name('messages_total'),
    'Messages at the end of their content, by ruling.',
    both('ruling', 'accepted', 'refused'),
  )
  const size = histogram(name('message_size_bytes'), 'Octets of accepted messages.', [1e3, 1e4, 1e5, 1e6, 1e7, 1e8])
  const attempts = counter(name('attempts_total'), 'Delivery attempts that were started.')
  const attemptsEnded = counter(name('attempts_ended_total'), 'Delivery attempts that ended.')
  const settled = counter(
    name('recipients_settled_total'),
    'What became of recipients; deferred ones come again.',
    outcomes.map((outcome) => ({ outcome })),
  )
  const notifications = counter(name('notifications_total'), 'Notifications.', both('outcome', 'queued', 'suppressed'))
  const setAside = counter(name('set_aside_total'), 'Things that the queue could not read and kept aside.')
  const warnings = counter(name('warnings_total'), 'Warnings in the journal.')

  const ended = (event: JournalEvent): void => {
    const opened = openedAt.get(event.session ?? '')
    if (opened === undefined) return
    openedAt.delete(event.session ?? '')
    duration.observe((event.at - opened) / 1000)
  }
  const counting: Partial<Record<EventName, (event: JournalEvent) => void>> = {
    'session-opened': (event) => {
      sessions.add({ role: roles.find((role) => role === event.detail['role']) ?? 'relay' })
      if (event.session !== undefined && openedAt.size < mostSessions) openedAt.set(event.session, event.at)
    },
    'session-refused': () => sessionsRefused.add(),
    'session-closed': ended,
    'session-secured': () => secured.add({ outcome: 'succeeded' }),
    'session-secure-failed': () => secured.add({ outcome: 'failed' }),
    'session-authenticated': () => authentications.add({ outcome: 'succeeded' }),
    'authentication-failed': () => authentications.add({ outcome: 'failed' }),
    'command-refused': () => commandsRefused.add(),
    'sender-accepted': () => senders.add({ ruling: 'accepted' }),
    'sender-refused': () => senders.add({ ruling: 'refused' }),
    'recipient-accepted': () => recipients.add({ ruling: 'accepted' }),
    'recipient-refused': () => recipients.add({ ruling: 'refused' }),
    'message-accepted': (event) => {
      messages.add({ ruling: 'accepted' })
      const octets = event.detail['size'] ?? event.detail['octets']
      if (typeof octets === 'number') size.observe(octets)
    },
    'message-refused': () => messages.add({ ruling: 'refused' }),
    'attempt-started': () => attempts.add(),
    'attempt-ended': () => attemptsEnded.add(),
    'notification-queued': () => notifications.add({ outcome: 'queued' }),
    'notification-suppressed': () => notifications.add({ outcome: 'suppressed' }),
    'set-aside': () => setAside.add(),
    warning: () => warnings.add(),
  }
  for (const outcome of outcomes) counting[`recipient-${outcome}`] = () => settled.add({ outcome })

  const families = [
    gauge('target_info', 'The process that these metrics are of.', () => [
      [{ service_name: 'smtpspec', service_version: version }, 1],
    ]),
    gauge(name('uptime_seconds'), 'Since the server started.', () => (clock.now() - startedAt) / 1000),
    gauge(name('memory_usage_bytes'), 'Resident memory of the process.', () => process.memoryUsage.rss()),
    gauge(name('open_relay'), '1 while anybody may send mail through this server to anybody.', () =>
      settings().smtp.enabled && relayOpening(settings()) !== undefined ? 1 : 0,
    ),
    gauge(name('sessions_active'), 'Sessions that are open now.', () => openedAt.size),
    sessions,
    sessionsRefused,
    duration,
    secured,
    authentications,
    commandsRefused,
    senders,
    recipients,
    messages,
    size,
    gauge(name('queue_messages'), 'Messages in the queue.', () => queue.counts().messages),
    gauge(name('queue_recipients'), 'Recipients in the queue, by state.', () => [
      [{ state: 'queued' }, queue.counts().queued],
      [{ state: 'held' }, queue.counts().held],
      [{ state: 'under_way' }, queue.counts().underWay],
    ]),
    gauge(name('queue_size_bytes'), 'Octets of content in the queue.', () => queue.counts().octets),
    attempts,
    attemptsEnded,
    settled,
    notifications,
    setAside,
    warnings,
  ]
  const leave = journal.subscribe((event) => counting[event.event]?.(event))
  return { text: () => textOf(families), close: leave }
}
