/**
 * The records of a scene, and what they answer to a question: records, a CNAME chain, no such data or no such name.
 *
 * All records stand in one table, whatever zone they belong to, as if one server were authoritative for all of them. The
 * reverse zones come by themselves: an address that some host has answers with that host's name unless PTR records say
 * otherwise. Troubles are not known here.
 */
import { isIPv6 } from 'node:net'
import type { RecordType } from '../contract.ts'
import { canonicalName } from './zone.ts'
import type { ZoneRecord } from './zone.ts'

/** Longer chains end here, as in any resolver; a loop of CNAMEs ends in failure. */
const LONGEST_CHAIN = 16

export interface Answer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL'
  readonly records: readonly ZoneRecord[]
}

export interface RecordTable {
  add(records: readonly ZoneRecord[]): void
  /** All records of a name and type become these; with none, the name still exists. */
  replace(name: string, type: RecordType, records: readonly ZoneRecord[]): void
  remove(name: string): void
  answer(name: string, type: string): Answer
  /** True when the name has records, or stands above or below a name that has. */
  declares(name: string): boolean
}

export function openRecordTable(): RecordTable {
  const names = new Map<string, Map<string, readonly ZoneRecord[]>>()
  const removed = new Set<string>()

  const typesOf = (name: string): Map<string, readonly ZoneRecord[]> => {
    removed.delete(name)
    const types = names.get(name) ?? new Map<string, readonly ZoneRecord[]>()
    names.set(name, types)
    return types
  }
  const standsAbove = (name: string): boolean => {
    for (const other of names.keys()) if (other.endsWith(`.${name}`)) return true
    return false
  }
  const reverse = (name: string): readonly ZoneRecord[] => {
    if (removed.has(name)) return []
    const hosts: ZoneRecord[] = []
    for (const [host, types] of names) {
      for (const record of [...(types.get('A') ?? []), ...(types.get('AAAA') ?? [])]) {
        if (typeof record.data === 'string' && reverseName(record.data) === name) {
          hosts.push({ name, ttl: 0, type: 'PTR', data: host })
        }
      }
    }
    return hosts
  }
  const recordsOf = (name: string, type: string): readonly ZoneRecord[] | undefined => {
    const own = names.get(name)
    const found = own?.get(type)
    if (found !== undefined) return found
    const made = name.endsWith('.arpa') && !own?.has('PTR') ? reverse(name) : []
    if (made.length > 0) return type === 'PTR' ? made : []
    return own !== undefined || standsAbove(name) ? [] : undefined
  }

  return {
    add(records) {
      for (const record of records) {
        const types = typesOf(record.name)
        types.set(record.type, [...(types.get(record.type) ?? []), record])
      }
    },
    replace(name, type, records) {
      typesOf(canonicalName(name)).set(type, records)
    },
    remove(name) {
      names.delete(canonicalName(name))
      removed.add(canonicalName(name))
    },
    answer(name, type) {
      const chain: ZoneRecord[] = []
      let at = canonicalName(name)
      for (let links = 0; links < LONGEST_CHAIN; links += 1) {
        const direct = recordsOf(at, type)
        if (direct === undefined) return { rcode: 'NXDOMAIN', records: chain }
        const [alias] = direct.length > 0 || type === 'CNAME' ? [] : (recordsOf(at, 'CNAME') ?? [])
        if (alias === undefined || typeof alias.data !== 'string') {
          return { rcode: 'NOERROR', records: [...chain, ...direct] }
        }
        chain.push(alias)
        at = canonicalName(alias.data)
      }
      return { rcode: 'SERVFAIL', records: [] }
    },
    declares(name) {
      const asked = canonicalName(name)
      if (recordsOf(asked, 'ANY') !== undefined) return true
      for (let at = asked; at.includes('.'); at = at.slice(at.indexOf('.') + 1)) if (names.has(at)) return true
      return names.has(asked)
    },
  }
}

/** `127.1.2.3` → `3.2.1.127.in-addr.arpa`; IPv6 in nibbles (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: string): string {
  if (!isIPv6(address)) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  const nibbles = [...left, ...middle, ...right].map((group) => group.padStart(4, '0')).join('')
  return `${nibbles.split('').toReversed().join('.')}.ip6.arpa`
}
