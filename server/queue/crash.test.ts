import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { contentOf } from './fixture-crash.ts'
import { openSqliteStore } from './sqlite.ts'

const rounds = 15

/** Runs the accepting process and kills it after it has acknowledged `lines` messages; gives what it said. */
const acceptUntilKilled = (folder: string, first: number, lines: number): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('fixture-crash.ts', import.meta.url))
    const child = spawn(process.execPath, [script, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1')
      if (said.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.on('error', reject)
    // A line that was cut by the kill says nothing.
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL') resolve(said.split('\n').slice(0, -1))
      else reject(new Error('the accepting process ended by itself'))
    })
  })

test(`no message that was acknowledged is lost or changed when the process is killed, ${rounds} times`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'queue-crash-'))
  /** Acknowledged and not begun to be finished. */
  const owed = new Set<number>()
  const finishing = new Set<number>()
  try {
    for (let round = 0; round < rounds; round++) {
      const lines = await acceptUntilKilled(folder, round * 100_000, Math.floor(Math.random() * 120) + 1)
      for (const line of lines) {
        const number = Math.abs(Number(line))
        if (line.startsWith('-')) {
          owed.delete(number)
          finishing.add(number)
        } else {
          owed.add(number)
        }
      }
      const store = await openSqliteStore({ folder, clock: { now: () => Date.now() } })
      const { envelopes, setAside } = await store.load()
      expect(setAside).toEqual([])
      const present = new Set(envelopes.map(({ id }) => Number(id.slice(1))))
      expect([...owed].filter((number) => !present.has(number))).toEqual([])
      for (const number of present) {
        const pieces: Uint8Array[] = []
        for await (const piece of store.content(`m${number}`)) pieces.push(piece)
        expect(Buffer.concat(pieces).equals(contentOf(number)), `content of message ${number}`).toBe(true)
        // What was read once is taken off, so that the rounds stay short.
        await store.settle({ envelope: `m${number}`, recipients: [], offspring: [], finished: true })
        owed.delete(number)
      }
      await store.close()
    }
    expect(finishing.size).toBeGreaterThan(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
