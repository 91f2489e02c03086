import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { folderName, isMessageId, keyName, messageName, readMessageName, userName } from './names.ts'

const user = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.toWellFormed()),
  fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '\0', 'a', 'A', ':', '2', 'E'), minLength: 1 }),
)

test('a folder leads nowhere else and names its user', () => {
  fc.assert(
    fc.property(user, (name) => {
      const folder = folderName(name)
      expect(folder).toMatch(/^[a-z0-9_@+%-][A-Z0-9a-z._@+%-]*$/)
      expect(userName(folder)).toBe(name)
    }),
  )
})

test('two users never share a folder, also where the disk does not tell upper from lower case', () => {
  fc.assert(
    fc.property(user, user, (one, other) => {
      expect(folderName(one).toLowerCase() === folderName(other).toLowerCase()).toBe(one === other)
    }),
    { numRuns: 500 },
  )
})

test('a message is filed under a name that can be read again', () => {
  const moment = fc.integer({ min: 0, max: 4_102_444_800_000 })
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), moment, fc.string(), fc.nat(), (key, deliveredAt, hostName, size) => {
      const name = messageName(key, deliveredAt, hostName, size)
      expect(isMessageId(name) || name.length > 255).toBe(true)
      expect(readMessageName(name)).toEqual({
        key: keyName(key),
        deliveredAt: Math.floor(deliveredAt / 1000) * 1000,
        size,
        id: name,
        flags: '',
      })
    }),
  )
})

test('any file name of another program is read without throwing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(name.startsWith(readMessageName(name).id)).toBe(true)
      const named = userName(name)
      expect(named === undefined ? name : folderName(named)).toBe(name)
    }),
  )
})
