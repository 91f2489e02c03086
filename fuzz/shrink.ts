/**
 * Makes a failing trial smaller: fewer sessions, fewer lines, fewer octets, as long as it still fails.
 *
 * Greedy and bounded in time: candidates are tried from the boldest cut to the smallest, and the first that fails becomes
 * the new trial. What comes out fails, and is rarely the very smallest.
 */
import type { Script, ScriptLine } from '../simulators/notation.ts'
import type { Trial } from './trial.ts'

/** The list without a stretch of it: halves first, then quarters, down to single elements. */
export function* without<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list.length; at += size) yield [...list.slice(0, at), ...list.slice(at + size)]
  }
}

/** Octets cut out of one piece, never all of them. */
function* shorterBytes(bytes: Uint8Array): Generator<Uint8Array> {
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = size <= 4 ? 0 : Math.ceil(size / 4)) {
    for (let at = 0; at < bytes.length && size < bytes.length; at += size) {
      yield Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)])
    }
  }
}

function* shorterLine(line: ScriptLine): Generator<ScriptLine> {
  if (line.kind !== 'bytes') return
  for (const bytes of shorterBytes(line.bytes)) yield { ...line, bytes }
}

/** The list with one element replaced by something smaller. */
function* replaced<T>(list: readonly T[], shorter: (one: T) => Iterable<T>): Generator<readonly T[]> {
  for (const [at, one] of list.entries()) for (const less of shorter(one)) yield list.with(at, less)
}

function* shorterScript(script: Script): Generator<Script> {
  yield* without(script)
  yield* replaced(script, shorterLine)
}

/** Candidates, boldest first. */
export function* smaller(trial: Trial): Generator<Trial> {
  switch (trial.kind) {
    case 'sessions':
      for (const visits of without(trial.visits)) yield { ...trial, visits }
      for (const visits of replaced(trial.visits, function* (visit) {
        for (const script of shorterScript(visit.script)) yield { ...visit, script }
      })) {
        yield { ...trial, visits }
      }
      return
    case 'exchanger':
      for (const rubbish of without(trial.rubbish)) yield { ...trial, rubbish }
      for (const rubbish of replaced(trial.rubbish, function* (one) {
        for (const bytes of shorterBytes(one.bytes)) yield { ...one, bytes }
      })) {
        yield { ...trial, rubbish }
      }
      return
    default:
      for (const packets of without(trial.packets)) yield { ...trial, packets }
      for (const packets of replaced(trial.packets, function* (one) {
        for (const bytes of shorterBytes(one.bytes)) yield { ...one, bytes }
      })) {
        yield { ...trial, packets }
      }
  }
}

/** Goes on until no candidate fails, or the time is up. */
export const smallest = async <T>(
  failing: T,
  candidates: (of: T) => Iterable<T>,
  fails: (candidate: T) => Promise<boolean>,
  budgetMilliseconds: number,
): Promise<T> => {
  const end = performance.now() + budgetMilliseconds
  let best = failing
  for (let found = true; found;) {
    found = false
    for (const candidate of candidates(best)) {
      if (performance.now() > end) return best
      if (!(await fails(candidate))) continue
      best = candidate
      found = true
      break
    }
  }
  return best
}
