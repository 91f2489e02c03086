/**
 * DNS answers that no name server should give: good ones damaged octet by octet, and the classics of packet makers.
 */
import { RECURSION_AVAILABLE, encode } from 'dns-packet'
import type { Answer } from 'dns-packet'
import type { Chance } from '../chance.ts'
import type { Packet } from '../trial.ts'
import { mutated, rubbish } from './octets.ts'

const domain = 'unruly.example'
const hosts = [`mx1.${domain}`, `mx2.${domain}`] as const

interface Asked {
  readonly type: 'MX' | 'A' | 'AAAA' | 'CNAME'
  readonly name: string
}

const asked: readonly Asked[] = [
  { type: 'MX', name: domain },
  { type: 'MX', name: domain },
  ...hosts.flatMap((name): readonly Asked[] => [
    { type: 'A', name },
    { type: 'AAAA', name },
  ]),
  { type: 'CNAME', name: domain },
]

/** Answers in good form; whether they make sense is another matter. */
const answersTo = ({ type, name }: Asked, chance: Chance): readonly Answer[] => {
  const alias: Answer = { type: 'CNAME', name, data: chance.of([name, `a.${name}`, hosts[0], '.']) }
  if (type === 'CNAME' || chance.yes(0.15)) return [alias]
  if (type === 'A') return [{ type, name, data: chance.of(['127.0.0.1', '0.0.0.0', '255.255.255.255', '224.0.0.1']) }]
  if (type === 'AAAA') return [{ type, name, data: chance.of(['::1', '::', 'ff02::1', '::ffff:127.0.0.1', 'fe80::1']) }]
  const exchange = (): string =>
    chance.of([
      ...hosts,
      '.',
      domain,
      'mail.here.example',
      '127.0.0.1',
      `${'x'.repeat(63)}.example`,
      'a b.example',
      'gr\xfcn.example',
    ])
  const count = chance.of([1, 2, 3, 30])
  return Array.from({ length: count }, () => ({
    type,
    name,
    data: { preference: chance.of([0, 10, 10, 65_535]), exchange: exchange() },
  }))
}

const packetFor = (question: Asked, chance: Chance): Buffer => {
  const { type, name } = question
  const whole = encode({
    type: 'response',
    id: 0,
    flags: RECURSION_AVAILABLE | chance.of([0, 0, 0, 2, 3, 5, 0x0200, 9]),
    questions: [{ type, name }],
    answers: [...answersTo(question, chance)],
  })
  switch (chance.below(8)) {
    case 0:
      return whole
    case 1:
      // Names that point at themselves.
      return Buffer.concat([whole, Buffer.from([0xc0, whole.length, 0xc0, 0x0c])])
    case 2:
      whole.writeUInt16BE(65_535, 6)
      return whole
    case 3:
      return whole.subarray(0, chance.below(whole.length))
    case 4:
      return rubbish(chance, 600)
    case 5:
      return Buffer.concat([whole, Buffer.alloc(chance.of([1, 500, 4000, 30_000]), 0xff)])
    default: {
      // The question stays, so that the answer is looked at.
      const head = whole.length - Math.max(1, whole.length - 12 - name.length - 6)
      return Buffer.concat([whole.subarray(0, head), mutated(whole.subarray(head), chance)])
    }
  }
}

/** A few packets, each the answer to one question. */
export const drawPackets = (chance: Chance): readonly Packet[] =>
  Array.from({ length: 1 + chance.below(5) }, () => {
    const question = chance.of(asked)
    const bytes = packetFor(question, chance)
    // The id is laid over the question's, and is mostly right.
    if (bytes.length >= 2 && chance.yes(0.9)) bytes.writeUInt16BE(0, 0)
    return { question: `${question.type} ${question.name}`, bytes }
  })
