/**
 * Behaviour in fixed words: how a reply is named, how it is recorded as evidence, and how it is held against what is owed.
 */
import assert from 'node:assert/strict'
import { severalFindings } from '../report/expectations.ts'
import type { WireReply } from '../simulators/contract.ts'
import type { MailWorld } from './world.ts'

/** `accepts` (250), `accepts 252`, `goes on 354`, `defers 451`, `refuses 501`; anything else is `says nonsense`. */
export const wordOf = ({ code }: WireReply): string => {
  if (code === 250) return 'accepts'
  const word = { 2: 'accepts', 3: 'goes on', 4: 'defers', 5: 'refuses' }[Math.floor(code / 100)]
  return word === undefined ? 'says nonsense' : `${word} ${code}`
}

/**
 * Attaches one line of evidence named `behaviour`, and judges it where something is owed: alternatives stand between `|`, and the
 * behaviour must begin with one of them. The words of several replies are owed one by one, with commas between. Gives what is
 * wrong, in a sentence.
 */
export const behaviourFault = (
  world: MailWorld,
  question: string,
  behaviour: string,
  owed: string,
): string | undefined => {
  world.attach(`${question} → ${behaviour}`, { mediaType: 'text/plain', fileName: 'behaviour' })
  const fits = owed.split('|').some((one) => {
    const parts = one.split(', ')
    const words = behaviour.split(', ')
    return parts.every((part, index) => (words[index] ?? '').startsWith(part.trim()))
  })
  return fits ? undefined : `${question}: ${owed} is owed; the server ${behaviour}`
}

/** The same, ending the scenario at what is wrong. */
export const recordBehaviour = (world: MailWorld, question: string, behaviour: string, owed: string): void => {
  const fault = behaviourFault(world, question, behaviour, owed)
  assertNoFaults(fault === undefined ? [] : [fault])
}

/** Ends the scenario with everything that is wrong in a table, so that its first deviation hides no other. */
export const assertNoFaults = (faults: readonly string[]): void => {
  assert.ok(faults.length === 0, severalFindings(faults))
}
