/**
 * Programs inside a box. The box's first process, a shell, starts what it is told to and tells when that has ended.
 *
 * Started from out here, each would cost a copy of this whole process and a way into the box's namespaces; in there it costs
 * two forks of a shell. A line in is `NUMBER INPUT WORDS`, a line back is `NUMBER CODE`; what programs read and write are
 * files of the box. A program that tells everything in the box to end (`kill -TERM -1`) still has its own end told. The shell ends
 * with its input, and with it the box.
 */
import type { ChildProcess } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import type { Interface } from 'node:readline'

const folder = '/run/programs'
const killed = 137

/**
 * What the first process does for as long as the box lives. `kill -1` means everything but itself, and in no other namespace
 * than the box's own is it the first process: elsewhere it ends at once.
 */
export const shell = `
[ $$ = 1 ] || exit 1
mkdir -m 700 ${folder}
while read -r id input words; do
  if [ "$input" = kill ]; then kill -KILL -1; wait; echo "$id 0"; continue; fi
  ( trap : TERM HUP INT; ( eval "exec $words" ) < "$input" > ${folder}/$id.out 2> ${folder}/$id.err; echo "$id $?" ) &
done
`

export interface Program {
  /** Its exit code, 128 and the signal's number where one ended it. */
  readonly ended: Promise<number>
  hasEnded(): boolean
  /** What it wrote so far. */
  said(): Promise<{ readonly text: string; readonly errors: string }>
  /** Removes what it read and wrote. */
  forget(): Promise<void>
}

export interface Programs {
  start(words: readonly string[], input?: string): Promise<Program>
  /** Ends everything in the box but the shell. */
  killAll(): Promise<void>
}

/** One word for the shell, whatever it holds; throws for NUL, which no word can hold. */
export const quoted = (word: string): string => {
  if (word.includes('\0')) throw new Error(`a word for a program holds NUL: ${JSON.stringify(word)}`)
  return `$'${word
    .replaceAll(/[\\']/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)}'`
}

/** `lines` are the shell's own, `path` gives the place of a file of the box. */
export const createPrograms = (child: ChildProcess, lines: Interface, path: (inside: string) => string): Programs => {
  const waiting = new Map<number, (code: number) => void>()
  let count = 0
  const endAll = (): void => {
    for (const resolve of waiting.values()) resolve(killed)
    waiting.clear()
  }
  lines.on('line', (line) => {
    const [id = 0, code = 0] = line.split(' ').map(Number)
    waiting.get(id)?.(code)
    waiting.delete(id)
  })
  child.once('close', endAll)
  const tell = async (id: number, line: string): Promise<number> =>
    new Promise((resolve) => {
      waiting.set(id, resolve)
      if (child.stdin?.writable === true) child.stdin.write(`${id} ${line}\n`)
      else endAll()
    })
  return {
    async start(words, input) {
      const id = (count += 1)
      const place = `${folder}/${id}`
      if (input !== undefined) await writeFile(path(`${place}.in`), input)
      let over = false
      const from = input === undefined ? '/dev/null' : `${place}.in`
      const ended = tell(id, `${from} ${words.map(quoted).join(' ')}`).then((code) => {
        over = true
        return code
      })
      const read = async (kind: 'out' | 'err'): Promise<string> =>
        readFile(path(`${place}.${kind}`), 'utf8').catch(() => '')
      return {
        ended,
        hasEnded: () => over,
        said: async () => ({ text: await read('out'), errors: await read('err') }),
        async forget() {
          for (const kind of ['out', 'err', ...(input === undefined ? [] : ['in'])])
            await rm(path(`${place}.${kind}`), { force: true })
        },
      }
    },
    async killAll() {
      const id = (count += 1)
      await tell(id, 'kill')
      endAll()
    },
  }
}
