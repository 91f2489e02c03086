/**
 * The failures of a report as SARIF 2.1.0, for tools that collect findings: one result for each scenario that went wrong,
 * its rules the requirements, its place the scenario in its feature.
 */
import type { ReportDocument, ReportedScenario } from './document.ts'

const levels = { must: 'error', should: 'warning', may: 'note' } as const

const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? ''

/** Whether the finding was there before; `baselineState` of SARIF §3.27.24. */
const states: Readonly<Partial<Record<ReportedScenario['verdict'], string>>> = {
  fail: 'new',
  differs: 'unchanged',
  'known failure': 'unchanged',
  'unexpected pass': 'absent',
}

const ruleOf = ({ requirements }: ReportedScenario): string => requirements[0] ?? 'smtpspec'

const resultOf = (
  scenario: ReportedScenario,
  rules: ReadonlyMap<string, number>,
): Readonly<Record<string, unknown>> => {
  const { place, target, feature, name, level, why = '', requirements, verdict, hash } = scenario
  const colon = place.lastIndexOf(':')
  return {
    ruleId: ruleOf(scenario),
    ruleIndex: rules.get(ruleOf(scenario)),
    level: verdict === 'fail' ? levels[level] : 'note',
    baselineState: states[verdict],
    message: { text: `${target}: ${feature} › ${name}: ${verdict}. ${firstLine(why)}`.trim() },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: place.slice(0, colon), uriBaseId: 'SMTPSPEC' },
          region: { startLine: Math.max(1, Number(place.slice(colon + 1))) },
        },
        logicalLocations: [{ fullyQualifiedName: `${feature} › ${name}` }],
      },
    ],
    partialFingerprints: { 'scenario/v1': `${target} ${place.slice(0, colon)} ${feature} › ${name}` },
    properties: { target, requirements, hash },
  }
}

export const sarifOf = ({
  head,
  requirements,
  scenarios,
  chain,
}: ReportDocument): Readonly<Record<string, unknown>> => {
  const wrong = scenarios.filter(({ verdict }) => states[verdict] !== undefined)
  const ids = [...new Set(wrong.map(ruleOf))]
  const rules = new Map(ids.map((id, index) => [id, index]))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'smtpspec',
            version: head.smtpspec,
            rules: ids.map((id) => ({
              id,
              shortDescription: { text: requirements[id]?.what ?? 'A scenario that carries no requirement' },
            })),
          },
        },
        originalUriBaseIds: { SMTPSPEC: { description: { text: 'The folder of smtpspec, in which features/ lies.' } } },
        results: wrong.map((scenario) => resultOf(scenario, rules)),
        properties: { chain, targets: head.targets },
      },
    ],
  }
}
