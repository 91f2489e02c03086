/**
 * The Examples of command_order.feature are the state table of the session, cell by cell; a cell may allow other servers
 * more answers than ours has.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Verb } from '../../server/protocol/command.ts'
import { commandPhases, refusalReply, sequence } from '../../server/protocol/sequence.ts'

/** What each verb is answered where the table allows it. */
const served: Readonly<Record<Verb, number>> = {
  EHLO: 250,
  HELO: 250,
  MAIL: 250,
  RCPT: 250,
  DATA: 354,
  BDAT: 250,
  RSET: 250,
  NOOP: 250,
  QUIT: 221,
  VRFY: 252,
  EXPN: 252,
  HELP: 214,
  STARTTLS: 220,
  AUTH: 334,
}

const tableRows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.trim().startsWith('|'))
    .map((line) =>
      line
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )

const feature = readFileSync(new URL('command_order.feature', import.meta.url), 'utf8')
const [head = [], ...rows] = tableRows(feature.slice(feature.indexOf('Examples:')))

describe('command_order.feature is the table of sequence.ts', () => {
  test('its columns are the phases, its rows the verbs', () => {
    expect(head).toEqual(['verb', 'command', ...commandPhases])
    expect(rows.map(([verb]) => verb)).toEqual(Object.keys(sequence))
  })

  test.each(Object.keys(sequence) as Verb[])('%s', (verb) => {
    const [, command, ...cells] = rows.find(([name]) => name === verb) ?? []
    const expected = commandPhases.map((phase) => {
      const entry = sequence[verb][phase]
      return String(entry === 'allowed' ? served[verb] : refusalReply(entry, verb, 554).code)
    })
    expect(command?.split(/[ \\]/)[0]).toBe(verb)
    expect(cells).toHaveLength(expected.length)
    for (const [place, cell] of cells.entries()) expect(cell.split(String.raw`\|`)).toContain(expected[place])
  })
})
