/**
 * Checks a whole settings document: every mistake at once, each with its place, what was found, and a remedy.
 *
 * First the schema, then everything that needs to see several fields together; the second also when the first found
 * mistakes, on what could be read. Mistakes keep the settings from being used; remarks are said, and the server goes on.
 * Files that the settings name are not opened here.
 */
import { checkHosts } from './checks/hosts.ts'
import { checkPeople } from './checks/people.ts'
import { checkProtection } from './checks/protection.ts'
import type { Findings } from './checks/finding.ts'
import { deepestNesting, isTooDeep } from './depth.ts'
import { publishedSchema } from './jsonschema.ts'
import { type LineOf, type Mistake, mistake, type Remark, remark } from './mistake.ts'
import { readWhatIsGood } from './prune.ts'
import { type Settings, type SettingsDocument, settingsSchema } from './schema.ts'
import { mistakesOf } from './words.ts'

export type Checked =
  | {
      readonly kind: 'good'
      readonly settings: Settings
      readonly document: SettingsDocument
      readonly remarks: readonly Remark[]
    }
  | Mistaken

export interface Mistaken {
  readonly kind: 'mistakes'
  readonly mistakes: readonly Mistake[]
}

/** Checks a document of unknown origin; `lineOf` tells lines where it came from a file. Never throws. */
export function checkDocument(document: unknown, lineOf?: LineOf): Checked {
  if (isTooDeep(document)) {
    const wrong = `Groups and lists are nested more than ${deepestNesting} deep.`
    return { kind: 'mistakes', mistakes: [mistake([], document, wrong, 'Write settings as the manual shows them.')] }
  }
  const result = settingsSchema.safeParse(document)
  const mistakes = result.success ? [] : [...mistakesOf(result.error.issues, document, publishedSchema(), lineOf)]
  const remarks: Remark[] = []
  const reading = readWhatIsGood(document)
  if (reading !== undefined) {
    const findings: Findings = {
      mistake(path, value, wrong, remedy) {
        // What the schema already refused has had its sentence.
        const place = reading.original(path)
        if (!reading.leftOut(place)) mistakes.push(mistake(place, value, wrong, remedy, lineOf))
      },
      remark(path, says, remedy) {
        remarks.push(remark(reading.original(path), says, remedy, lineOf))
      },
    }
    checkHosts(reading.settings, findings)
    checkPeople(reading.settings, findings)
    checkProtection(reading.settings, findings)
  }
  if (!result.success || mistakes.length > 0) return { kind: 'mistakes', mistakes: inOrder(mistakes) }
  return { kind: 'good', settings: result.data, document: document as SettingsDocument, remarks }
}

/** By line where there are lines; otherwise as they were found. */
function inOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
}
