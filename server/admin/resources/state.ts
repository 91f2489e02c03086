/**
 * How the server is, for machines that watch it: health and metrics.
 */
import { z } from 'zod'
import { json, operation, type Operation } from '../operation.ts'

const healthView = z.object({
  status: z.enum(['ok', 'degraded']),
  reasons: z.array(
    z.object({
      reason: z.enum(['open-relay', 'set-aside', 'listener-closed', 'journal-lost']),
      says: z.string(),
      remedy: z.string(),
    }),
  ),
})

export const stateOperations: readonly Operation[] = [
  operation({
    method: 'get',
    path: '/health',
    id: 'readHealth',
    tag: 'state',
    summary: 'Whether the server is well; answers 200 also when it is degraded, because it still serves.',
    open: true,
    answer: { status: 200, description: 'The health, with reasons when it is degraded.', schema: healthView },
    handle: (_values, { administration }) => json(administration.health()),
  }),
  operation({
    method: 'get',
    path: '/metrics',
    id: 'readMetrics',
    tag: 'state',
    summary: 'Metrics in Prometheus text format.',
    answer: { status: 200, description: 'Prometheus text format 0.0.4.', type: 'text/plain' },
    handle: (_values, { administration }) => ({
      kind: 'text',
      type: 'text/plain; version=0.0.4; charset=utf-8',
      text: administration.metrics(),
    }),
  }),
]
