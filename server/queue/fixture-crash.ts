/**
 * A process that accepts messages as fast as it can and says each on standard output once it is durable, to be killed at a
 * random moment by `crash.test.ts`. Its one argument is the folder, its second the first number to use.
 *
 * Content is made from the message's number alone, so that the survivor can check every octet.
 */
import { writeSync } from 'node:fs'
import { envelope } from './fixture.ts'
import { openSqliteStore } from './sqlite.ts'

/** Content of message `number`: mostly small, sometimes several chunks. */
export const contentOf = (number: number): Uint8Array => {
  const size = number % 17 === 0 ? 150_000 + number : 500 + ((number * 37) % 6000)
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + number) % 256)
}

const acceptors = 8

const run = async (folder: string, first: number): Promise<void> => {
  const store = await openSqliteStore({ folder, clock: { now: () => Date.now() } })
  await store.load()
  let number = first
  const accept = async (): Promise<void> => {
    for (;;) {
      const own = number++
      const container = store.begin()
      const content = contentOf(own)
      for (let at = 0; at < content.length; at += 40_000) await container.write(content.subarray(at, at + 40_000))
      await store.accept(envelope(`m${own}`, ['bob@there.example']), container)
      writeSync(1, `${own}\n`)
      // Every third message is also finished, so that deletion is cut short as well.
      if (own % 3 !== 0) continue
      writeSync(1, `-${own}\n`)
      await store.settle({ envelope: `m${own}`, recipients: [], offspring: [], finished: true })
    }
  }
  await Promise.all(Array.from({ length: acceptors }, accept))
}

const [, , folder, first] = process.argv
if (import.meta.main && folder !== undefined && first !== undefined) await run(folder, Number(first))
