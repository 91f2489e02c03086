/** A report for tests: two scenarios against one target, one of them failing, with a time line and a configuration. */
import { reportOf } from './document.ts'
import type { ReportDocument } from './schema.ts'
import { judge } from './verdict.ts'

const id = 'mail-service-15'
const row = { id, level: 'MUST-NOT', role: 'server-receiver', testable: 'effect', what: 'No relaying', how: '' }

export const exampleReport = (target = 'reference', why = 'it was taken & "kept" <b>\u0001'): ReportDocument =>
  reportOf(
    '0',
    { name: target, version: '1' },
    { startedAt: '2026-11-24T12:00:00.000Z', milliseconds: 1, machine: { processors: 2 }, command: '' },
    [
      judge({
        uri: 'features/mail-service/open-relay.feature',
        line: 9,
        feature: 'No open relay',
        name: 'A stranger </script>',
        tags: [id, 'must'],
        steps: [{ text: 'it is refused', status: 'failed', message: why }],
        evidence: [
          { name: 'conversation: mallory → the server', text: '# mallory → the server\nS: 220 ready\nC: QUIT\n' },
          { name: 'DNS questions', text: 'there.example MX (udp): NOERROR 1' },
          { name: 'configuration', text: '── settings ──\n{}\n' },
          {
            name: 'time line',
            text: '{"names":["conversation: mallory → the server","DNS questions"],"runs":[[0,0,0,1],[3,1,0,0],[4,0,2,2]]}',
          },
        ],
        milliseconds: 1,
      }),
      judge({
        uri: 'features/a.feature',
        line: 3,
        feature: 'A',
        name: 'B',
        tags: [],
        steps: [{ text: 'a step', status: 'passed' }],
        evidence: [],
        milliseconds: 2,
      }),
    ],
    { requirements: new Map([[id, row]]), restatements: new Map(), reasons: new Map(), beyond: new Map() },
  )
