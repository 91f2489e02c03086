/**
 * What runs in a box, by its command lines: some products tell there what they are doing.
 */
import { readFileSync, readdirSync } from 'node:fs'

export interface RunningProcess {
  /** As the box counts. */
  readonly id: string
  readonly commandLine: string
}

/** `folder` is the box's `/proc`. */
export const processesIn = (folder: string): readonly RunningProcess[] =>
  readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        return [{ id, commandLine: readFileSync(`${folder}/${id}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }]
      } catch {
        // It ended between the two looks.
        return []
      }
    })

export const commandLines = (folder: string): readonly string[] =>
  processesIn(folder).map(({ commandLine }) => commandLine)
