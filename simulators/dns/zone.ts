/**
 * Zone text, read into records: one record a line, `OWNER [TTL] [IN] TYPE DATA`, `;` begins a comment.
 *
 * Every name is absolute, with or without its last dot; the lone dot is the root (`MX 0 .` is a null MX). All mistakes of
 * a text are reported at once, each with its line number. Whether records make sense together is not judged: a scene may
 * want a zone that is wrong.
 */
import { isIPv4, isIPv6 } from 'node:net'
import type { RecordType } from '../contract.ts'

/** What follows the type, in the shape that `dns-packet` encodes. */
export type ZoneRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'NS'; readonly data: string }
  | { readonly type: 'MX'; readonly data: { readonly preference: number; readonly exchange: string } }
  | { readonly type: 'TXT'; readonly data: readonly string[] }
  | {
      readonly type: 'SRV'
      readonly data: {
        readonly priority: number
        readonly weight: number
        readonly port: number
        readonly target: string
      }
    }
  | {
      readonly type: 'TLSA'
      readonly data: {
        readonly usage: number
        readonly selector: number
        readonly matchingType: number
        readonly certificate: Buffer
      }
    }
  | {
      readonly type: 'SOA'
      readonly data: {
        readonly mname: string
        readonly rname: string
        readonly serial: number
        readonly refresh: number
        readonly retry: number
        readonly expire: number
        readonly minimum: number
      }
    }
)

export interface ZoneMistake {
  readonly line: number
  readonly text: string
  readonly reason: string
}

type Data = ZoneRecord extends infer R ? (R extends ZoneRecord ? Omit<R, 'name' | 'ttl'> : never) : never

/** Seconds; 0, so that no resolver under test keeps an answer that a scene is about to change. */
const DEFAULT_TTL = 0

const TYPES: readonly RecordType[] = ['A', 'AAAA', 'MX', 'CNAME', 'TXT', 'PTR', 'SRV', 'TLSA', 'NS', 'SOA']

/** Lower case, without the last dot; the root is `''`. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

export function parseZone(text: string): {
  readonly records: readonly ZoneRecord[]
  readonly mistakes: readonly ZoneMistake[]
} {
  const records: ZoneRecord[] = []
  const mistakes: ZoneMistake[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const fields = fieldsOf(line)
    const record = typeof fields === 'string' ? fields : fields.length === 0 ? undefined : recordOf(fields)
    if (record === undefined) continue
    if (typeof record === 'string') mistakes.push({ line: index + 1, text: line.trim(), reason: record })
    else records.push(record)
  }
  return { records, mistakes }
}

/** Splits at blanks outside quotes; a quoted field keeps its first quote as a mark that it is text. */
function fieldsOf(line: string): readonly string[] | string {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at)
    if (quoted) {
      if (character === '\\') field += line.charAt((at += 1))
      else if (character === '"') quoted = false
      else field += character
    } else if (character === ';') break
    else if (character === '"') {
      quoted = true
      field += '"'
    } else if (/\s/.test(character)) {
      if (field !== '') fields.push(field)
      field = ''
    } else field += character
  }
  if (quoted) return 'a quotation mark is missing'
  if (field !== '') fields.push(field)
  return fields
}

function recordOf(fields: readonly string[]): ZoneRecord | string {
  const [owner = '', ...rest] = fields
  const fault = nameFault(owner)
  if (fault !== undefined) return fault
  let ttl = DEFAULT_TTL
  if (/^\d+$/.test(rest[0] ?? '')) ttl = Number(rest.shift())
  if (rest[0]?.toUpperCase() === 'IN') rest.shift()
  const word = rest.shift()?.toUpperCase()
  if (word === undefined) return 'the record type is missing'
  const type = TYPES.find((known) => known === word)
  if (type === undefined) return `unknown record type ${word}; known are ${TYPES.join(' ')}`
  const data = dataOf(type, rest)
  return typeof data === 'string' ? data : { name: canonicalName(owner), ttl, ...data }
}

function dataOf(type: RecordType, fields: readonly string[]): Data | string {
  const [first = '', second = '', third = '', fourth = ''] = fields
  switch (type) {
    case 'A':
      return fields.length === 1 && isIPv4(first) ? { type, data: first } : 'A needs one IPv4 address'
    case 'AAAA':
      return fields.length === 1 && isIPv6(first) ? { type, data: first } : 'AAAA needs one IPv6 address'
    case 'CNAME':
    case 'PTR':
    case 'NS':
      return fields.length === 1 ? (nameFault(first) ?? { type, data: wireName(first) }) : `${type} needs one name`
    case 'MX':
      if (fields.length !== 2 || !isNumber(first, 65_535)) return 'MX needs a preference (0–65535) and a host name'
      return nameFault(second) ?? { type, data: { preference: Number(first), exchange: wireName(second) } }
    case 'TXT':
      if (fields.length === 0) return 'TXT needs at least one string'
      if (fields.some((field) => Buffer.byteLength(field.replace(/^"/, '')) > 255)) {
        return 'a string of TXT has at most 255 octets; write several'
      }
      return { type, data: fields.map((field) => field.replace(/^"/, '')) }
    case 'SRV':
      if (fields.length !== 4 || ![first, second, third].every((field) => isNumber(field, 65_535))) {
        return 'SRV needs priority, weight, port (0–65535 each) and a host name'
      }
      return (
        nameFault(fourth) ?? {
          type,
          data: { priority: Number(first), weight: Number(second), port: Number(third), target: wireName(fourth) },
        }
      )
    case 'TLSA': {
      const hex = fields.slice(3).join('')
      if (![first, second, third].every((field) => isNumber(field, 255)) || !/^(?:[0-9a-f]{2})+$/i.test(hex)) {
        return 'TLSA needs usage, selector, matching type (0–255 each) and the data in hexadecimal'
      }
      const [usage, selector, matchingType] = [Number(first), Number(second), Number(third)]
      return { type, data: { usage, selector, matchingType, certificate: Buffer.from(hex, 'hex') } }
    }
    default: {
      // SOA
      const numbers = fields.slice(2)
      if (fields.length !== 7 || !numbers.every((field) => isNumber(field, 0xff_ff_ff_ff))) {
        return 'SOA needs two names and five numbers: serial, refresh, retry, expire, minimum'
      }
      const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = numbers.map(Number)
      return (
        nameFault(first) ??
        nameFault(second) ?? {
          type,
          data: { mname: wireName(first), rname: wireName(second), serial, refresh, retry, expire, minimum },
        }
      )
    }
  }
}

/** As `dns-packet` wants it: no last dot, the root as `.`. */
function wireName(name: string): string {
  return name === '.' ? '.' : name.replace(/\.$/, '')
}

function isNumber(field: string, most: number): boolean {
  return /^\d+$/.test(field) && Number(field) <= most
}

function nameFault(name: string): string | undefined {
  if (name === '.') return undefined
  const labels = name.replace(/\.$/, '').split('.')
  if (labels.some((label) => label === '')) return `"${name}" is not a domain name: a label is empty`
  if (labels.some((label) => Buffer.byteLength(label) > 63)) return `"${name}": a label has more than 63 octets`
  if (Buffer.byteLength(name) > 254) return `"${name}": a name has at most 253 characters`
  return undefined
}
