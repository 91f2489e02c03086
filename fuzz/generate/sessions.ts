/**
 * Sessions for one trial: noise, good conversations gone wrong, and conversations made from a little grammar.
 *
 * Whatever a session says, how it is cut into segments, how much is pipelined and where it breaks off are drawn apart from
 * that, so that the same words are tried in many shapes.
 */
import type { Script, ScriptLine } from '../../simulators/notation.ts'
import type { Chance } from '../chance.ts'
import type { Visit } from '../trial.ts'
import { generatedWords } from './grammar.ts'
import { mutated, rubbish } from './octets.ts'

/** A good conversation of `fixtures/conversations/`. */
export interface Good {
  readonly name: string
  readonly visit: Visit
}

const wait: ScriptLine = { kind: 'reply', codes: 'xyz', separator: '', text: '' }
const clientBytes = (bytes: Uint8Array): ScriptLine => ({ kind: 'bytes', side: 'C', bytes })
const comment = (text: string): ScriptLine => ({ kind: 'comment', text })

/** The bytes in segments of their own. */
const cut = (bytes: Buffer, chance: Chance): readonly ScriptLine[] => {
  if (chance.yes(0.5)) return [clientBytes(bytes)]
  const pieces: ScriptLine[] = []
  const most = chance.of([1, 2, 3, 7, 40, 600])
  for (let at = 0; at < bytes.length && pieces.length < 60;) {
    const size = pieces.length === 59 ? bytes.length : 1 + chance.below(most)
    pieces.push(clientBytes(bytes.subarray(at, at + size)))
    at += size
  }
  return pieces
}

/** Breaks the session off somewhere, or leaves it. */
const ended = (script: Script, chance: Chance): Script => {
  if (chance.yes(0.75)) return script
  const kept = script.slice(0, chance.below(script.length + 1))
  return [...kept, chance.yes(0.4) ? comment('C resets') : { kind: 'close', side: 'C' }]
}

/** The client's words of a good conversation, waits and handshakes kept. */
const wordsOf = (script: Script): Script =>
  script.flatMap((line, index): Script => {
    if (line.kind === 'line') return [clientBytes(Buffer.from(`${line.text}\r\n`))]
    if (line.kind === 'reply') {
      const before = script[index - 1]
      const isStart = before?.kind === 'line' && /^STARTTLS$/i.test(before.text)
      return line.separator === '-' ? [] : isStart ? [wait, comment('C begins TLS')] : [wait]
    }
    return line.kind === 'close' ? [] : [line]
  })

/** Replies waited for or not, segments cut, bytes damaged as often as `damage` says. */
const reshaped = (words: Script, chance: Chance, damage: number): Script => {
  const pipelined = chance.of([0, 0, 0.3, 1])
  return words.flatMap((line): Script => {
    if (line.kind === 'bytes') {
      const bytes = Buffer.from(line.bytes)
      return cut(chance.yes(damage) ? mutated(bytes, chance) : bytes, chance)
    }
    return line.kind === 'reply' && chance.yes(pipelined) ? [] : [line]
  })
}

const mutation = (corpus: readonly Good[], chance: Chance): Visit => {
  const { visit } = chance.of(corpus)
  let words = wordsOf(visit.script)
  if (chance.yes(0.3)) {
    // The beginning of one conversation and the end of another.
    const other = wordsOf(chance.of(corpus).visit.script)
    words = [...words.slice(0, chance.below(words.length + 1)), ...other.slice(chance.below(other.length + 1))]
  }
  if (chance.yes(0.2)) {
    const at = chance.below(words.length)
    words = [...words.slice(0, at), ...words.slice(at, at + 1 + chance.below(4)), ...words.slice(at)]
  }
  return { ...visit, script: ended([wait, ...reshaped(words, chance, chance.of([0, 0.05, 0.05, 0.2, 0.6]))], chance) }
}

const noise = (chance: Chance): Visit => {
  const start: Script = chance.yes(0.8) ? [wait] : []
  const hello = chance.yes(0.5) ? [clientBytes(Buffer.from('EHLO client.example\r\n')), wait] : []
  const pieces = Array.from({ length: 1 + chance.below(6) }, () =>
    cut(rubbish(chance, chance.of([30, 300, 9000])), chance),
  )
  const script = [...start, ...hello, ...pieces.flat()]
  return {
    door: chance.of(['relay', 'submission', 'submissions']),
    source: chance.of(['stranger', 'trusted host']),
    script,
  }
}

const generated = (chance: Chance): Visit => {
  const words = generatedWords(chance)
  const script = ended([wait, ...reshaped(words, chance, chance.of([0, 0, 0.1]))], chance)
  return {
    door: chance.of(['relay', 'submission', 'submissions']),
    source: chance.of(['stranger', 'trusted host']),
    script,
  }
}

/** Not TLS, or not quite, where TLS comes first. */
const withoutHandshake = (chance: Chance): Visit => {
  const hello = Buffer.concat([Buffer.from([0x16, 3, 1, 0, 0x40, 1, 0, 0, 0x3c, 3, 3]), chance.octets(60)])
  const pieces = Array.from({ length: 1 + chance.below(3) }, () =>
    cut(chance.yes(0.5) ? mutated(hello, chance) : rubbish(chance, 400), chance),
  )
  return { door: 'no handshake', source: 'stranger', script: ended(pieces.flat(), chance) }
}

/** One session, of one of the four kinds. */
export const drawVisit = (corpus: readonly Good[], chance: Chance): Visit => {
  const kind = chance.below(20)
  if (kind === 0) return withoutHandshake(chance)
  if (kind < 4) return noise(chance)
  const visit = kind < 12 ? mutation(corpus, chance) : generated(chance)
  // Under TLS nothing can be changed on the way without being noticed: it is tried.
  if (visit.door !== 'submissions' || chance.yes(0.6)) return visit
  return { ...visit, script: [comment(`the path damages octet ${chance.below(3000)}`), ...visit.script] }
}
