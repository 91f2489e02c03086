/**
 * What a run leaves behind when it is ended from outside: nothing. Ctrl-C, a closed terminal, a reader of our output who has
 * seen enough and a polite kill remove the folders of scenarios; servers in processes of their own end with us by themselves.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { clearScratch } from '../targets/scratch.ts'

/** Pids of whom a thread of this process started. */
const childrenOf = (thread: string): readonly number[] =>
  readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

/** What went wrong does not matter: whoever is to be ended may have ended meanwhile. */
const attempt = <T>(act: () => T, otherwise: T): T => {
  try {
    return act()
  } catch {
    return otherwise
  }
}

/**
 * A server that was just starting would make its folders again after they were removed: it is ended first, where the system
 * tells whom we started (Linux). Elsewhere it ends by itself a moment later.
 */
const endChildren = (): void => {
  const children = attempt(() => readdirSync('/proc/self/task').flatMap(childrenOf), [])
  for (const pid of children) attempt(() => process.kill(pid, 'SIGKILL'), false)
}

const clear = (): void => clearScratch('own')

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Until the returned function is called; `say` is asked what to tell. What earlier killed runs left is swept at once. */
export const leaveNothingBehind = (say: () => string): (() => void) => {
  clearScratch('swept')
  const act = (signal: (typeof signals)[number]): void => {
    process.stderr.write(`\n${say()}\n`)
    endChildren()
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of signals) process.on(signal, act)
  process.on('exit', clear)
  return () => {
    for (const signal of signals) process.off(signal, act)
    process.off('exit', clear)
    clear()
  }
}
