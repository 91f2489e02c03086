/**
 * The command lines of what runs in a box: some products tell there what they are doing.
 */
import { readFileSync, readdirSync } from 'node:fs'

/** `folder` is the box's `/proc`. */
export const commandLines = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        return [readFileSync(`${folder}/${id}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
      } catch {
        // It ended between the two looks.
        return []
      }
    })
