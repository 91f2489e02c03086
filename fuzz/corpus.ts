/**
 * The two folders that the fuzz starts from: `fixtures/conversations/`, good conversations that hold on the house of
 * `house.ts`, and `fixtures/corpus/`, trials that once broke something and are replayed first in every run.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseScript } from '../simulators/notation.ts'
import type { Good } from './generate/sessions.ts'
import { parseTrial, visitsIn } from './trial.ts'
import type { Trial } from './trial.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures')

const filesIn = (folder: string): readonly { readonly name: string; readonly text: string }[] =>
  readdirSync(join(fixtures, folder))
    .filter((name) => name.endsWith('.conversation'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(fixtures, folder, name), 'utf8') }))

/** Throws with the file's name when one cannot be read. */
export const goodConversations = (): readonly Good[] =>
  filesIn('conversations').map(({ name, text }) => {
    const [visit] = visitsIn(parseScript(text))
    if (visit === undefined)
      throw new Error(`${name} says at which door it is played: "# visit: relay from a stranger"`)
    return { name, visit }
  })

export const onceBroken = (): readonly { readonly name: string; readonly trial: Trial }[] =>
  filesIn('corpus').map(({ name, text }) => ({ name, trial: parseTrial(text) }))
