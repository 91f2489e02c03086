/**
 * The servers under test by name, and how one is made. A target is made for one scenario and started by it.
 */
import type { SceneOptions } from '../simulators/scene.ts'
import { createBoxedTarget } from './box/target.ts'
import { whyNot, whyNotFetched } from './box/packages.ts'
import type { PackageList } from './box/packages.ts'
import type { Product } from './box/product.ts'
import { exim } from './exim/exim.ts'
import { haraka } from './haraka/haraka.ts'
import { opensmtpd } from './opensmtpd/opensmtpd.ts'
import { containerPackages } from './container/runtime.ts'
import {
  createContainerTarget,
  isContainer,
  offersOfContainer,
  prepareContainer,
  whyNoContainer,
} from './container/container.ts'
import { createHostTarget, isHost, offersOfHost, policyIn, whyNotHost } from './host/host.ts'
import type { Extension } from './host/offers.ts'
import { createMaildevTarget, maildevPackages } from './maildev.ts'
import { postfix } from './postfix/postfix.ts'
import { sendmail } from './sendmail/sendmail.ts'
import { createReferenceTarget } from './reference.ts'
import { createReferenceProcessTarget } from './reference-process.ts'
import { createSmtpServerTarget } from './smtp-server.ts'
import type { Target } from './target.ts'
import type { Worker } from './worker.ts'

import { TargetUnavailable } from './faults.ts'

export { NotApplicable, TargetUnavailable } from './faults.ts'

export interface TargetOptions {
  /** The scenario needs a process of its own, one that can be killed. */
  readonly ownProcess: boolean
  readonly worker: Worker
  /** The file that tells what a server that is already there is set to. */
  readonly policy?: string
  /** What that server offers, where the policy does not say. */
  readonly offered?: readonly Extension[]
}

/** Mail servers of the system's packages, each in a box of its own. */
export const products: readonly Product[] = [postfix, exim, sendmail, opensmtpd, haraka]

/** What can be fetched into the cache. */
export const fetchable: readonly PackageList[] = [
  ...products.map(({ packages }) => packages),
  maildevPackages,
  containerPackages,
]

const makers: Readonly<Record<string, (options: TargetOptions) => Target>> = {
  reference: ({ ownProcess }) => (ownProcess ? createReferenceProcessTarget() : createReferenceTarget()),
  'smtp-server': () => createSmtpServerTarget(),
  maildev: ({ worker }) => createMaildevTarget(worker),
  ...Object.fromEntries(
    products.map((product) => [
      product.packages.name,
      ({ worker }: TargetOptions) => createBoxedTarget(product, worker),
    ]),
  ),
}

export const targetNames: readonly string[] = Object.keys(makers)

/** Throws for a name that is not in `targetNames`; the commands check before. */
export const createTarget = (name: string, options: TargetOptions): Target => {
  if (isContainer(name)) return createContainerTarget(name, options.policy, options.worker, options.offered)
  if (isHost(name)) {
    const policy = policyIn(options.policy ?? '')
    if (typeof policy === 'string') throw new TargetUnavailable(policy)
    return createHostTarget(name, policy, options.offered)
  }
  const make = makers[name]
  if (make === undefined) throw new Error(`there is no target "${name}"; known are ${targetNames.join(', ')}`)
  return make(options)
}

/** What takes long is done before the worker's first scenario. Whatever is wrong shows again when the target starts. */
export const prepareTarget = async (name: string, policy: string | undefined, worker: Worker): Promise<void> => {
  if (isContainer(name)) await prepareContainer(name, policy, worker).catch(() => undefined)
}

/** What a server that nobody here set up offers, asked before the run; undefined for all others. */
export const offersOfTarget = async (
  name: string,
  policy: string | undefined,
  cache: string,
): Promise<readonly Extension[] | undefined> => {
  if (isHost(name)) return offersOfHost(name)
  return isContainer(name) ? offersOfContainer(name, policy, cache) : undefined
}

/** How the scene around a target has to be: a server in a box always asks port 53 and sends to port 25, and stays where it is. */
export const sceneOptionsFor = async (name: string, worker: Worker): Promise<SceneOptions> =>
  products.some(({ packages }) => packages.name === name)
    ? { block: await worker.block(), dnsPort: 53, exchangerPort: 25 }
    : {}

/** Why a target cannot run at all, in one sentence with the way out; undefined when it can. */
export const whyUnavailable = async (name: string, cache: string): Promise<string | undefined> => {
  if (isHost(name)) return whyNotHost(name)
  if (isContainer(name)) return whyNoContainer(cache)
  const list = [...products.map(({ packages }) => packages), maildevPackages].find((one) => one.name === name)
  if (list === undefined) return undefined
  const reason = list.unboxed === true ? undefined : whyNot()
  if (reason !== undefined) return `${name} ${reason}`
  return whyNotFetched(cache, name)
}
