/**
 * Behaviour in fixed words: how a reply is named, how it is recorded as evidence, and how it is held against what is owed.
 */
import assert from 'node:assert/strict'
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
 * behaviour must begin with one of them. The words of several replies are owed one by one, with commas between.
 */
export const recordBehaviour = (world: MailWorld, question: string, behaviour: string, owed: string): void => {
  world.attach(`${question} → ${behaviour}`, { mediaType: 'text/plain', fileName: 'behaviour' })
  if (owed === '') return
  const fits = owed.split('|').some((one) => {
    const parts = one.split(', ')
    const words = behaviour.split(', ')
    return parts.every((part, index) => (words[index] ?? '').startsWith(part.trim()))
  })
  assert.ok(fits, `${question}: ${owed} is owed; the server ${behaviour}`)
}
