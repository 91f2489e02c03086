/**
 * Patterns of domain names as an administrator writes them: `spam.example` the name itself, `*.spam.example` and
 * `.spam.example` everything below it. Case and the two spellings of an international name do not matter.
 */
import { asciiHost } from '../protocol/path.ts'

const keyOf = (name: string): string => asciiHost({ kind: 'domain', name })

/** `domain` in any spelling. rfc2505-2.1-05 rfc2505-2.1-06 */
export const domainMatches = (pattern: string, domain: string): boolean => {
  const below = /^(?:\*?\.)(.+)$/.exec(pattern)?.[1]
  const key = keyOf(domain)
  return below === undefined ? keyOf(pattern) === key : key.endsWith(`.${keyOf(below)}`)
}
