/**
 * The scene's name server: UDP and TCP on one port, the wire format by `dns-packet`, answers from the scene's records,
 * troubles where they were declared, and a log of every question.
 *
 * It answers as an authority that also recurses, so that a stub resolver may point at it. Names that no record declares
 * do not exist, and the log says so. An answer that does not fit the client's UDP size is truncated (RFC 1035 §4.2.1).
 */
import { createSocket } from 'node:dgram'
import type { RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { AUTHORITATIVE_ANSWER, RECURSION_AVAILABLE, RECURSION_DESIRED, TRUNCATED_RESPONSE } from 'dns-packet'
import { decode, encode } from 'dns-packet'
import type { Answer as PacketAnswer, DecodedPacket, Packet, Question } from 'dns-packet'
import type { DnsQuestion, NameServer } from '../contract.ts'
import { openRecordTable } from './records.ts'
import type { Answer } from './records.ts'
import { openTroubleList } from './troubles.ts'
import type { StruckTrouble } from './troubles.ts'
import { parseZone } from './zone.ts'
import type { ZoneRecord } from './zone.ts'

const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const
type Rcode = keyof typeof RCODES

/** Octets of a UDP answer when the client offered no more (RFC 1035 §4.2.1). */
const PLAIN_UDP_SIZE = 512
/** Questions kept in the log; a client that loops must not fill the memory. */
const LONGEST_LOG = 10_000

/** What is to be sent, and how the log calls it. */
interface Verdict {
  readonly bytes: Buffer | undefined
  readonly said: string
  readonly delay: number
}

/** Opens the name server on the address; port 0 takes any free one. Rejects when the port is taken on UDP or TCP. */
export async function openNameServer(address: string, port: number): Promise<NameServer> {
  const table = openRecordTable()
  const troubles = openTroubleList()
  const questions: DnsQuestion[] = []
  const connections = new Set<Socket>()
  const delayed = new Set<NodeJS.Timeout>()

  const log = (question: Question, transport: 'udp' | 'tcp', answer: string): void => {
    const reverse = question.name.toLowerCase().endsWith('.arpa')
    const declared = reverse || table.declares(question.name) || troubles.declares(question.name)
    if (questions.length < LONGEST_LOG) {
      questions.push({ at: Date.now(), name: question.name, type: question.type, transport, answer, declared })
    }
  }
  const receive = (bytes: Buffer, transport: 'udp' | 'tcp', send: (answer: Buffer) => void): void => {
    const query = decoded(bytes)
    const question = query?.questions?.[0]
    if (query === undefined || question === undefined) return
    const verdict = judge(query, question, transport, {
      answer: table.answer(question.name, question.type),
      struck: troubles.strike(question.name, question.type),
    })
    log(question, transport, verdict.said)
    const { bytes: answer } = verdict
    if (answer === undefined) return
    if (verdict.delay === 0) return send(answer)
    const timer = setTimeout(() => {
      delayed.delete(timer)
      send(answer)
    }, verdict.delay)
    delayed.add(timer)
  }

  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  let open = true
  udp.on('message', (bytes: Buffer, from: RemoteInfo) => {
    receive(bytes, 'udp', (answer) => {
      if (open) udp.send(answer, from.port, from.address)
    })
  })
  const tcp = createServer((socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
    let waiting = Buffer.alloc(0)
    socket.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes])
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0)
        receive(waiting.subarray(2, end), 'tcp', (answer) => {
          const length = Buffer.alloc(2)
          length.writeUInt16BE(answer.length)
          if (socket.writable) socket.write(Buffer.concat([length, answer]))
        })
        waiting = waiting.subarray(end)
      }
    })
  })
  const stop = async (): Promise<void> => {
    open = false
    for (const timer of delayed) clearTimeout(timer)
    for (const socket of connections) socket.destroy()
    const closing: Promise<unknown>[] = []
    if (tcp.listening) closing.push(once(tcp, 'close'))
    tcp.close()
    udp.close()
    await Promise.all(closing)
  }
  try {
    udp.bind({ address, port, exclusive: true })
    await once(udp, 'listening')
    tcp.listen({ host: address, port: udp.address().port, exclusive: true })
    await once(tcp, 'listening')
  } catch (error) {
    await stop()
    throw error
  }

  const { port: bound } = tcp.address() as AddressInfo
  let closed: Promise<void> | undefined
  return {
    endpoint: address.includes(':') ? `[${address}]:${bound}` : `${address}:${bound}`,
    questions,
    zone: (text) => table.add(recordsIn(text)),
    replace: (name, type, text) => table.replace(name, type, recordsIn(text)),
    remove: (name) => table.remove(name),
    trouble: (name, trouble, options = {}) => troubles.declare(name, trouble, options),
    recover: (name) => troubles.forget(name),
    close: () => (closed ??= stop()),
  }
}

/** A mistake in zone text is a mistake of the test that wrote it: it throws. */
function recordsIn(text: string): readonly ZoneRecord[] {
  const { records, mistakes } = parseZone(text)
  if (mistakes.length === 0) return records
  const sentences = mistakes.map(({ line, text: wrong, reason }) => `line ${line}: ${reason} (${wrong})`)
  throw new Error(`The zone text has ${mistakes.length} mistake(s):\n${sentences.join('\n')}`)
}

function decoded(bytes: Buffer): DecodedPacket | undefined {
  try {
    const query = decode(bytes)
    return query.type === 'query' ? query : undefined
  } catch {
    return undefined
  }
}

/** Everything that is said to one question: the honest answer, or what the trouble makes of it. */
function judge(
  query: DecodedPacket,
  question: Question,
  transport: 'udp' | 'tcp',
  { answer, struck }: { readonly answer: Answer; readonly struck: StruckTrouble | undefined },
): Verdict {
  const delay = struck?.delayMilliseconds ?? 0
  const honest = (): Verdict => {
    const whole = packet(query, question, answer.rcode, answer.records)
    const said = answer.rcode === 'NOERROR' ? `NOERROR ${answer.records.length}` : answer.rcode
    if (transport === 'tcp' || whole.length <= udpSize(query)) return { bytes: whole, said, delay }
    return { bytes: packet(query, question, 'NOERROR', [], TRUNCATED_RESPONSE), said: '(truncated)', delay }
  }
  const only = (rcode: Rcode): Verdict => ({ bytes: packet(query, question, rcode, []), said: rcode, delay })
  switch (struck?.trouble) {
    case undefined:
    case 'slow':
      return honest()
    case 'nxdomain':
      return only('NXDOMAIN')
    case 'servfail':
      return only('SERVFAIL')
    case 'refused':
      return only('REFUSED')
    case 'silence':
      return { bytes: undefined, said: '(silence)', delay }
    case 'truncated':
      if (transport === 'tcp') return honest()
      return { bytes: packet(query, question, 'NOERROR', [], TRUNCATED_RESPONSE), said: '(truncated)', delay }
    case 'truncated-for-good': {
      if (transport === 'tcp') return only('SERVFAIL')
      const part = answer.records.slice(0, 1)
      return { bytes: packet(query, question, 'NOERROR', part, TRUNCATED_RESPONSE), said: '(truncated)', delay }
    }
    case 'wrong-id': {
      const bytes = packet(query, question, answer.rcode, answer.records)
      bytes.writeUInt16BE((query.id ?? 0) ^ 0x55_55, 0)
      return { bytes, said: '(wrong id)', delay }
    }
    case 'wrong-question': {
      const other: Question = { ...question, name: `other.${question.name}` }
      return { bytes: packet(query, other, answer.rcode, answer.records), said: '(wrong question)', delay }
    }
    default: {
      // garbage: the right id, then nothing that can be read
      const bytes = Buffer.alloc(64, 0xff)
      bytes.writeUInt16BE(query.id ?? 0, 0)
      return { bytes, said: '(garbage)', delay }
    }
  }
}

function udpSize(query: DecodedPacket): number {
  const extended = query.additionals?.find((record) => record.type === 'OPT')
  return extended?.type === 'OPT' ? Math.max(PLAIN_UDP_SIZE, extended.udpPayloadSize) : PLAIN_UDP_SIZE
}

function packet(
  query: DecodedPacket,
  question: Question,
  rcode: Rcode,
  records: readonly ZoneRecord[],
  flags = 0,
): Buffer {
  const extended = query.additionals?.some((record) => record.type === 'OPT') ?? false
  const answer: Packet = {
    type: 'response',
    id: query.id ?? 0,
    flags:
      AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED) | RCODES[rcode] | flags,
    questions: [question],
    answers: records.map((record) => asAnswer(record, question)),
    additionals: extended
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: 4096,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  }
  return encode(answer)
}

/** The owner is written as it was asked, so that resolvers that mix the case of letters recognise it. */
function asAnswer(record: ZoneRecord, question: Question): PacketAnswer {
  const name = record.name === question.name.toLowerCase() ? question.name : record.name
  const { ttl } = record
  if (record.type === 'TXT') return { type: 'TXT', name, ttl, data: [...record.data] }
  return { ...record, name } satisfies PacketAnswer
}
