/**
 * Around every scenario: the scene before, the standing checks and the evidence after, and everything closed last.
 *
 * Three things are checked whatever the scenario is about (DESIGN §5): no refusal that no step looked at, no contact with
 * a name that no Given declared, and a ledger that balances. They hold only for scenarios whose own steps passed. The reply
 * lint looks at every conversation with the server; what it finds is attached, and fails scenarios of our own server only.
 */
import { After, Before, Status, setDefinitionFunctionWrapper } from '@cucumber/cucumber'
import type { ITestCaseHookParameter } from '@cucumber/cucumber'
import { NotApplicable, TargetUnavailable } from '../targets/faults.ts'
import type { Capability } from '../targets/target.ts'
import { whyFull } from '../targets/scratch.ts'
import { attachEvidence } from './evidence.ts'
import { lacks } from './lacks.ts'
import { lintReplies } from './reply-lint.ts'
import { unbalanced, undeclaredNames, unseenRefusals } from './standing-checks.ts'
import type { MailWorld } from './world.ts'

/** `@needs-queue-view` asks for the capability `queue-view`. */
const needsOf = ({ pickle }: ITestCaseHookParameter): readonly Capability[] =>
  pickle.tags
    .filter(({ name }) => name.startsWith('@needs-'))
    .map(({ name }) => name.slice('@needs-'.length) as Capability)

const skip = (world: MailWorld, why: string): 'skipped' => {
  world.attach(`${world.target.name} ${why}`, { mediaType: 'text/plain', fileName: 'not applicable' })
  return 'skipped'
}

/** Wherever a step finds that the target has no such thing, the scenario ends there, and is no failure. */
setDefinitionFunctionWrapper(
  (definition: (this: MailWorld, ...values: unknown[]) => unknown) =>
    async function (this: MailWorld, ...values: unknown[]): Promise<unknown> {
      try {
        return await definition.apply(this, values)
      } catch (error) {
        if (error instanceof NotApplicable) return skip(this, error.message)
        throw error
      }
    },
)

Before(async function (this: MailWorld, parameter: ITestCaseHookParameter) {
  const needs = needsOf(parameter)
  this.ownProcess = this.parameters.outOfProcess === true || needs.includes('kill')
  await this.open({ ipv6: needs.includes('ipv6') })
  const missing = needs.filter((need) => !this.target.capabilities.has(need))
  if (missing.length > 0) return skip(this, lacks(missing))
  const unfit = this.target.unfit?.(JSON.stringify(parameter.pickle.steps))
  if (unfit !== undefined) return skip(this, unfit)
  if (needs.includes('admin')) this.settings = { ...this.settings, admin: { enabled: true, port: 0 } }
  return undefined
})

/** Hooks run last first: everything is closed even when the checks below take longer than they may. */
After(async function (this: MailWorld) {
  const faults = await this.close()
  if (faults.length > 0) throw new Error(faults.map((fault) => `closing: ${fault}`).join('\n'))
})

After(async function (this: MailWorld, { result }: ITestCaseHookParameter) {
  const faults: string[] = []
  if (result?.status === Status.PASSED && this.started && this.startRefusal === undefined) {
    faults.push(...unseenRefusals(this), ...undeclaredNames(this), ...(await unbalanced(this)))
  }
  const death = this.started ? this.target.died?.() : undefined
  const deviations = lintReplies(this)
  if (result?.status === Status.PASSED && this.target.isOurs === true) faults.push(...deviations)
  await attachEvidence(this)
  const full = result?.status === Status.FAILED ? await whyFull() : undefined
  if (full !== undefined) throw new TargetUnavailable(full)
  // It had started, and this scenario is what it died of: that is what the server does, not a server that is missing.
  if (death !== undefined) throw new Error(death)
  if (faults.length > 0) throw new Error(faults.join('\n'))
})
