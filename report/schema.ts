/**
 * The form of `report.json`: one schema that types the report, checks what is read, and is published as JSON Schema
 * (`smtpspec report schema`). Strict: what it does not name does not belong in a report.
 */
import { z } from 'zod'

export const reportFormat = 'smtpspec report 3'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)
const list = <T extends z.ZodType>(of: T): z.ZodReadonly<z.ZodArray<T>> => z.array(of).readonly()

const step = z
  .strictObject({
    text: z.string(),
    status: z.enum(['passed', 'failed', 'skipped', 'unclear']),
    message: z.exactOptional(z.string()).describe('What went wrong, as the step said it.'),
  })
  .readonly()

const evidence = z
  .strictObject({
    name: z.string().describe('`conversation: alice → the server`, `DNS questions`, `journal` …'),
    text: z.string(),
  })
  .readonly()

const scenario = z
  .strictObject({
    place: z.string().describe('File and line: features/relay/limits.feature:12'),
    target: z.string(),
    feature: z.string(),
    rule: z.exactOptional(z.string()),
    name: z.string(),
    level: z.enum(['must', 'should', 'may']),
    requirements: list(z.string()).describe('Ids of the requirements that it proves.'),
    verdict: z.enum([
      'pass',
      'fail',
      'differs',
      'known failure',
      'unexpected pass',
      'not applicable',
      'target unavailable',
      'harness error',
    ]),
    why: z.exactOptional(z.string()),
    retried: z
      .exactOptional(list(z.string()))
      .describe('What earlier attempts said; a scenario that failed first stays marked.'),
    reproduce: z
      .exactOptional(list(z.string()))
      .describe('Of what went wrong: lines for a shell that show it again without this suite, where some can.'),
    steps: list(step),
    evidence: list(evidence),
    timeLine: z
      .exactOptional(list(list(count)))
      .describe(
        'The order of all lines of the evidence: [milliseconds since the first, number of the piece of evidence, its first line, its last line], all counted from 0.',
      ),
    configuration: z.exactOptional(hash).describe('What the server was told: a key of `configurations`.'),
    milliseconds: count,
    hash: hash.describe('SHA-256 over all of the above, as JSON with sorted keys.'),
  })
  .readonly()

const run = z
  .strictObject({
    target: z.string(),
    startedAt: z.iso.datetime(),
    milliseconds: count,
    machine: z.record(z.string(), z.union([z.string(), z.number()])).readonly(),
    command: z.string().describe('How the run was asked for: the command line after `smtpspec verify`.'),
    shard: z.exactOptional(z.string().regex(/^\d+\/\d+$/)).describe('`2/3`: the second of three parts.'),
    baseline: z.exactOptional(count).describe('How many failures the baseline listed that the run was judged against.'),
  })
  .readonly()

const target = z.strictObject({ name: z.string(), version: z.string() }).readonly()

const head = z
  .strictObject({
    format: z.literal(reportFormat),
    smtpspec: z.string().describe('The version of smtpspec.'),
    targets: list(target),
    runs: list(run),
    catalogue: z
      .strictObject({ must: count, should: count, may: count })
      .readonly()
      .describe('How many requirements there are that can be observed and do not repeat another, by level.'),
  })
  .readonly()

const requirement = z
  .strictObject({
    level: z.string().describe('MUST, MUST-NOT, SHOULD, SHOULD-NOT, MAY …'),
    role: z.string().describe('Whom it binds: server-receiver, client-sender, relay …'),
    what: z.string().describe('The requirement in one sentence.'),
    counts: z.boolean().describe('It is one of those that the catalogue counts.'),
  })
  .readonly()

const signature = z
  .strictObject({
    algorithm: z.literal('Ed25519'),
    key: hash.describe("SHA-256 of the public key's SubjectPublicKeyInfo."),
    value: z.base64().describe('The signature over the 64 hexadecimal digits of `chain`.'),
  })
  .readonly()

export const reportSchema = z
  .strictObject({
    head,
    requirements: z.record(z.string(), requirement).readonly(),
    configurations: z
      .record(hash, z.string())
      .readonly()
      .describe("What servers were told, by the text's SHA-256: their own files, or the settings."),
    scenarios: list(scenario).describe('Every scenario once for each target, in the order of the features.'),
    chain: hash.describe("The last link: over the head, the requirements, the configurations, every scenario's hash."),
    signature: z.exactOptional(signature),
  })
  .readonly()

export type ReportDocument = z.infer<typeof reportSchema>
export type ReportHead = z.infer<typeof head>
export type ReportedRun = z.infer<typeof run>
export type ReportedTarget = z.infer<typeof target>
export type ReportedScenario = z.infer<typeof scenario>
export type ReportedRequirement = z.infer<typeof requirement>

/** The published schema; the same for everybody and for ever within a version. */
export const publishedReportSchema = (): Readonly<Record<string, unknown>> => ({
  title: reportFormat,
  description: 'What one run of smtpspec verify found, or several merged ones; docs/report.md tells how to read it.',
  ...z.toJSONSchema(reportSchema, {
    override: ({ jsonSchema }) => {
      // What a JavaScript number can hold is no bound that a reader needs.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  }),
})

/** Where a value is no report, and how; nothing where it is one. */
export const shapeFaults = (value: unknown): readonly string[] =>
  (reportSchema.safeParse(value).error?.issues ?? [])
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`)
