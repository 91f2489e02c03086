/**
 * The Resolver port on `node:dns` (c-ares): which answer means what, aliases followed, everything bounded in time.
 *
 * Names are asked for as they are, with no search list (rfc5321-5.1-03). A truncated answer is asked for again over TCP
 * by c-ares, and counts as failed when that brings nothing (rfc1123-6.1.3.2-01, -02). Answers are not kept.
 */
import { promises as dns } from 'node:dns'
import type { Address, Lookup, Milliseconds, Resolver } from '../ports.ts'

export interface ResolverOptions {
  /** `ADDRESS` or `ADDRESS:PORT` (`[ADDRESS]:PORT` for IPv6); none means the system's own. Read at every lookup. */
  readonly servers: () => readonly string[]
  /** For the first try; further ones wait longer. */
  readonly timeout?: Milliseconds
  readonly tries?: number
}

/** Links of an alias chain; more of them is a loop. */
const longestChain = 8

/** What c-ares calls the ends of a question that was answered. */
const answered: Readonly<Record<string, 'none' | 'no-such-name'>> = {
  ENODATA: 'none',
  ENOTFOUND: 'no-such-name',
  EBADNAME: 'no-such-name',
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'

const asked = async <T>(question: Promise<readonly T[]>): Promise<Lookup<T>> => {
  try {
    const records = await question
    return records.length === 0 ? { kind: 'none' } : { kind: 'found', records }
  } catch (error) {
    const code = codeOf(error)
    const kind = answered[code]
    return kind === undefined ? { kind: 'failed', reason: code } : { kind }
  }
}

export const createResolver = (options: ResolverOptions): Resolver => {
  const { servers, timeout = 5000, tries = 2 } = options
  let current: { readonly key: string; readonly resolver: dns.Resolver } | undefined

  const resolver = (): dns.Resolver => {
    const list = servers()
    const key = list.join(' ')
    if (current?.key !== key) {
      current = { key, resolver: new dns.Resolver({ timeout, tries }) }
      if (list.length > 0) current.resolver.setServers(list)
    }
    return current.resolver
  }

  /** Follows aliases that the name server did not follow for us (rfc5321-5.1-05). */
  const following = async <T>(
    name: string,
    ask: (server: dns.Resolver, name: string) => Promise<Lookup<T>>,
  ): Promise<Lookup<T>> => {
    let here = name
    for (let link = 0; link < longestChain; link++) {
      const answer = await ask(resolver(), here)
      if (answer.kind !== 'none') return answer
      const alias = await asked(resolver().resolveCname(here))
      if (alias.kind === 'failed') return alias
      const [target] = alias.kind === 'found' ? alias.records : []
      if (target === undefined) return { kind: 'none' }
      here = target
    }
    return { kind: 'failed', reason: 'the aliases form a loop' }
  }

  return {
    mx: async (domain) => {
      const answer = await following(domain, (server, name) => asked(server.resolveMx(name)))
      if (answer.kind !== 'found') return answer
      const records = answer.records.map(({ priority, exchange }) => ({
        preference: priority,
        exchange: exchange.replace(/\.$/, ''),
      }))
      return { kind: 'found', records }
    },
    addresses: async (host) => await following(host, bothFamilies),
    names: async (address) => await asked(reversed(resolver(), address)),
  }
}

const bothFamilies = async (server: dns.Resolver, name: string): Promise<Lookup<Address>> => {
  const [four, six] = await Promise.all([asked(server.resolve4(name)), asked(server.resolve6(name))])
  const records = [
    ...(four.kind === 'found' ? four.records.map((address) => ({ address, family: 4 }) as const) : []),
    ...(six.kind === 'found' ? six.records.map((address) => ({ address, family: 6 }) as const) : []),
  ]
  if (records.length > 0) return { kind: 'found', records }
  if (four.kind === 'failed') return four
  if (six.kind === 'failed') return six
  return four.kind === 'no-such-name' && six.kind === 'no-such-name' ? four : { kind: 'none' }
}

/** `reverse` throws at once for what is no address. */
const reversed = async (server: dns.Resolver, address: string): Promise<readonly string[]> =>
  await server.reverse(address)
