import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergePatch } from './merge-patch.ts'

// RFC 7396, Appendix A, all cases.
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j with %j is %j', (target, patch, result) => {
  const before = JSON.stringify([target, patch])
  expect(mergePatch(target, patch)).toEqual(result)
  expect(JSON.stringify([target, patch])).toBe(before)
})

test('a patch cannot reach into the prototype', () => {
  const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'))
  expect(Object.keys(merged as object)).toEqual(['__proto__'])
  expect('polluted' in {}).toBe(false)
})

test('applying a patch again changes nothing, and fields that it does not name stay', () => {
  const field = fc.constantFrom('a', 'b', 'c', '__proto__', '')
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, 1, 'x', true),
      fc.array(tie('document'), { maxLength: 3 }),
      fc.array(fc.tuple(field, tie('document')), { maxLength: 3 }).map((fields) => Object.fromEntries(fields)),
    ),
  }))
  fc.assert(
    fc.property(document, document, (target, patch) => {
      const before = JSON.stringify([target, patch])
      const once = mergePatch(target, patch)
      expect(JSON.stringify(mergePatch(once, patch))).toBe(JSON.stringify(once))
      expect(JSON.stringify(mergePatch(target, {}))).toBe(
        JSON.stringify(typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {}),
      )
      expect(JSON.stringify([target, patch])).toBe(before)
    }),
  )
})

test('a patch nested without end is left for the check to refuse; it once overflowed the stack', () => {
  const patch: unknown = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)
  expect(mergePatch({ a: 1 }, patch)).toBe(patch)
})
