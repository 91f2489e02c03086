/**
 * What a run leaves behind when it is ended from outside: nothing. Ctrl-C, a closed terminal, a reader of our output who has
 * seen enough and a polite kill remove the folders of scenarios; servers in processes of their own end with us by themselves.
 */
import { constants } from 'node:os'
import { clearScratch } from '../targets/scratch.ts'

const clear = (): void => clearScratch('own')

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Until the returned function is called; `say` is asked what to tell. What earlier killed runs left is swept at once. */
export const leaveNothingBehind = (say: () => string): (() => void) => {
  clearScratch('swept')
  const act = (signal: (typeof signals)[number]): void => {
    process.stderr.write(`\n${say()}\n`)
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
