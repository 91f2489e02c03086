/**
 * A server that is already there as a target: nothing of it can be set, started or looked into.
 *
 * Its policy file says what it is set to. A scenario that needs another setting is "not applicable", with the settings in
 * question. It is never stopped; what a scenario left in it stays there.
 */
import { readFileSync } from 'node:fs'
import { addressOf, endpointOf, farWithLeave, isLoopback } from '../../cli/far.ts'
import type { SettingsDocument } from '../../server/settings/schema.ts'
import { NotApplicable } from '../faults.ts'
import { fieldsOf, isWithin } from '../house.ts'
import type { Capability, Target } from '../target.ts'
import { capabilityOf, missing, offersOf, refusesRecipients, spoken } from './offers.ts'
import type { Extension } from './offers.ts'
import { readPolicy } from './policy.ts'
import type { Policy } from './policy.ts'

export const isHost = (name: string): boolean => name.startsWith('host:')

const placeOf = (name: string): { readonly host: string; readonly port: number } =>
  endpointOf(name.slice('host:'.length), '--target host:')

/**
 * Which of these targets are servers elsewhere. Throws a usage fault for one that nobody said may be spoken to; a name without
 * an address is left to whoever connects.
 */
export const farTargets = async (names: readonly string[], leave: boolean): Promise<ReadonlySet<string>> => {
  const far = new Set<string>()
  for (const name of names.filter(isHost)) {
    const address = await addressOf(placeOf(name).host)
    if (address !== undefined && farWithLeave(name, address, 'verifying', leave)) far.add(name)
  }
  return far
}

/** Why the server cannot be judged: nobody answers. */
export const whyNotHost = async (name: string): Promise<string | undefined> => {
  const { host, port } = placeOf(name)
  try {
    await offersOf(host, port)
    return undefined
  } catch (error) {
    return `${name} cannot be reached: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The policy, or every mistake in it as one text. */
export const policyIn = (file: string): Policy | string => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return `there is no policy file at "${file}"; docs/host.md shows one`
  }
  const read = readPolicy(text)
  return read.kind === 'read' ? read.policy : `"${file}" is no policy: ${read.mistakes.join('; ')}`
}

const capabilitiesOf = ({ ports, authentication }: Policy, offered: readonly Extension[]): ReadonlySet<Capability> =>
  new Set<Capability>([
    ...offered.map((extension) => capabilityOf[extension]),
    ...(ports.submission === undefined ? [] : (['submission'] as const)),
    ...(ports.submissions === undefined ? [] : (['submissions'] as const)),
    ...(authentication.methods.includes('SCRAM-SHA-256') ? (['scram'] as const) : []),
    ...(authentication.methods.includes('SCRAM-SHA-256-PLUS') ? (['scram-plus'] as const) : []),
  ])

/** Settings that the scenario asks for and the policy does not say; dotted names. */
const otherwise = (wanted: SettingsDocument, usual: SettingsDocument, policy: Policy): readonly string[] => {
  const known = new Map([...fieldsOf(usual), ...fieldsOf(policy.settings)])
  return [...fieldsOf(wanted)].filter(([name, value]) => known.get(name) !== value).map(([name]) => name)
}

/** Where a server answers, a port a role. */
export interface Place {
  readonly host: string
  readonly ports: Readonly<Partial<Record<'relay' | 'submission' | 'submissions', number | undefined>>>
}

/** What it offers, where the policy does not say. Rejects when it does not tell. */
export const offersOfHost = async (name: string): Promise<readonly Extension[]> => {
  const { host, port } = placeOf(name)
  return offersOf(host, port)
}

/** `offered` is what it answered to EHLO; the policy's own word goes first. */
export const createHostTarget = (name: string, policy: Policy, offered: readonly Extension[] = []): Target => {
  const { host, port } = placeOf(name)
  const known = { ...policy, extensions: policy.extensions ?? offered }
  return createPlacedTarget(name, known, () => ({ host, ports: { relay: port, ...policy.ports } }))
}

/** The same for a server whose place is only known once it was started. */
export const createPlacedTarget = (name: string, policy: Policy, where: () => Place): Target => {
  let usual: SettingsDocument = {}
  const trusts = isWithin(policy.trustedHosts)
  const offered = policy.extensions ?? []
  return {
    name,
    capabilities: capabilitiesOf(policy, offered),
    version: async () => 'as it is there',
    usual(settings) {
      const { host, ports } = where()
      usual = {
        ...settings,
        hostName: policy.hostName,
        incoming: { allowed: true, domains: policy.domains },
        listeners: (['relay', 'submission', 'submissions'] as const).flatMap((role) => {
          const one = ports[role]
          return one === undefined ? [] : [{ role, address: host, port: one }]
        }),
        authentication: { ...policy.authentication, failureDelay: '0ms' },
        relay: { trustedHosts: policy.trustedHosts },
      }
      return usual
    },
    source(standing, free) {
      if (standing !== 'trusted') {
        if (trusts(free)) throw new NotApplicable('trusts every address that a stranger could have on this machine')
        return free
      }
      const network = policy.trustedHosts.find((one) => isLoopback(one.split('/')[0] ?? ''))
      if (network === undefined) throw new NotApplicable('trusts no host of this machine, as its policy says')
      const [address = '', bits = '32'] = network.split('/')
      return bits === '32' ? address : address.replace(/\d+$/, (last) => String(Number(last) + 1))
    },
    unfit(text) {
      const said = spoken(text)
      const extension = missing(said, offered)
      if (extension !== undefined) return `does not offer ${extension}`
      if (policy.takesEveryRecipient && refusesRecipients(text))
        return 'takes every recipient, as its policy says, and the scenario has one that is to be refused'
      if (policy.hostName !== 'mail.here.example' && text.includes('mail.here.example'))
        return `is called ${policy.hostName}, and the scenario speaks of mail.here.example`
      const mechanisms = [...text.matchAll(/AUTH (PLAIN|LOGIN|CRAM-MD5|SCRAM-SHA-256(?:-PLUS)?)\b/g)]
      const unknown = mechanisms.find(([, one]) => !policy.authentication.methods.some((method) => method === one))
      if (unknown !== undefined) return `does not offer ${unknown[1] ?? ''}, as its policy says`
      const absent = /\bcarol\b/.test(text) && !policy.users.some((user) => user.name === 'carol')
      return absent ? 'has no carol, as its policy says' : undefined
    },
    async start(settings) {
      const names = otherwise(settings, usual, policy)
      if (names.length > 0)
        throw new NotApplicable(
          `is not set as the scenario needs it, or its policy does not say so: ${names.join(', ')}`,
        )
    },
    stop: async () => undefined,
    endpoint(role) {
      const { host, ports } = where()
      const one = ports[role]
      if (one === undefined) throw new NotApplicable(`has no ${role} listener, as its policy says`)
      return { host, port: one }
    },
    runQueue: async () => {
      throw new NotApplicable('has a queue that nobody here can run')
    },
    rest: async () => undefined,
    password: (user) => policy.users.find((one) => one.name === user)?.password,
  }
}
