import { describe, expect, test } from 'vitest'
import { patched } from './patch.ts'

const patch = { file: 'server/x.ts', find: 'b', replace: 'B' }

describe('a patch applies at exactly one place', () => {
  test.each([
    { source: 'abc', kind: 'patched', text: 'aBc' },
    { source: 'ac', kind: 'fault', text: undefined },
    { source: 'abcb', kind: 'fault', text: undefined },
  ])('$source: $kind', ({ source, kind, text }) => {
    const made = patched(source, patch)
    expect(made.kind).toBe(kind)
    expect('text' in made ? made.text : undefined).toBe(text)
  })

  test('what is put in is text, not a pattern', () => {
    const made = patched('abc', { ...patch, replace: "$&$'" })
    expect(made).toEqual({ kind: 'patched', text: "a$&$'c" })
  })

  test('a text that overlaps itself stands twice', () => {
    expect(patched('aaa', { ...patch, find: 'aa' }).kind).toBe('fault')
  })
})
