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
