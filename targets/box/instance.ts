/**
 * One product in one box, for as long as a worker lives: the same running server serves scenario after scenario while
 * their settings are the same, and is started anew on an empty spool where they differ or where it may remember something.
 *
 * Mail and queue are empty at the start of every scenario. A server that ends by itself is noticed and told of.
 */
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { TargetUnavailable } from '../faults.ts'
import type { StoredMessage } from '../target.ts'
import { openBox } from './box.ts'
import type { Box } from './box.ts'
import { createLog } from './log.ts'
import type { ListenerPlace, Product, Rendered } from './product.ts'
import type { Program } from './programs.ts'
import { listens } from './sockets.ts'

const startMilliseconds = 10_000
const stopMilliseconds = 5000
const pollMilliseconds = 10
const settleMilliseconds = 1000
const logCharacters = 6000

export interface Instance {
  readonly box: Box
  /** Brings the server up with this configuration, on an empty spool; cheap when it runs with it already. */
  begin(rendered: Rendered, listeners: readonly ListenerPlace[]): Promise<void>
  /** Writes another configuration and lets the running server read it; starts or stops it where that is what it says. */
  change(rendered: Rendered, listeners: readonly ListenerPlace[]): Promise<void>
  again(how: 'stopped' | 'killed'): Promise<void>
  /** What the product wrote into its log since `begin`. */
  log(): string
  mailbox(name: string): Promise<readonly StoredMessage[]>
  died(): string | undefined
  /** Ends a scenario: nothing that it left behind reaches the next one. */
  rest(): Promise<void>
  close(): Promise<void>
}

/** Mailboxes have the line ends of files; messages have those of mail. */
const withLineEnds = (bytes: Buffer): Uint8Array =>
  new Uint8Array(Buffer.from(bytes.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1'))

const tail = (text: string): string => (text.length <= logCharacters ? text : `…${text.slice(-logCharacters)}`)

export const openInstance = async (product: Product, tree: string): Promise<Instance> => {
  const box = await openBox(tree)
  /** What each file holds: the same is not written again. */
  const written = new Map<string, string>()
  /** What each command was given last: the same again changes nothing. */
  const made = new Map<string, string | undefined>()
  /** What the running server is known to run with; undefined where it is to be started anew, or may not have read it yet. */
  let current: Rendered | undefined
  let named = ''
  let daemon: Program | undefined
  let death: string | undefined
  let places: readonly ListenerPlace[] = []
  const log = createLog(() => box.path(product.log))

  /** What a server that runs cannot be told anew: all but the files that it looks at for every session. */
  const fixedPart = ({ files, commands }: Pick<Rendered, 'files' | 'commands'>): string =>
    JSON.stringify([Object.entries(files).filter(([path]) => product.live?.includes(path) !== true), commands])
  const write = async (rendered: Rendered): Promise<void> => {
    const { files, commands, hostName } = rendered
    for (const gone of [...written.keys()].filter((path) => files[path] === undefined)) {
      box.remove(gone)
      written.delete(gone)
    }
    for (const [path, file] of Object.entries(files)) {
      const content = JSON.stringify(file)
      if (written.get(path) === content) continue
      box.write(path, file)
      written.set(path, content)
    }
    if (hostName !== named) await box.run(['/bin/bash', '-c', 'echo "$0" > /proc/sys/kernel/hostname', hostName])
    named = hostName
    for (const one of commands) {
      const command = JSON.stringify(one.command)
      if (made.has(command) && made.get(command) === one.input) continue
      const { code, text, errors } = await box.run(one.command, one.input)
      if (code !== 0) throw new TargetUnavailable(`${one.command.join(' ')} ended with ${code}: ${text}${errors}`)
      made.set(command, one.input)
    }
    current = rendered
  }
  const start = async (): Promise<void> => {
    if (places.length === 0) return
    const program = await box.start(product.daemon)
    daemon = program
    death = undefined
    const said = async (): Promise<string> => Object.values(await program.said()).join('')
    const watch = async (): Promise<void> => {
      const code = await program.ended
      if (daemon !== program) return
      death = `the server ended by itself (${code})`
      death = `${death}: ${await said()}`
    }
    // A box that is being closed cannot be read any more, and nobody asks then.
    watch().catch(() => undefined)
    const deadline = performance.now() + startMilliseconds
    for (const place of places) {
      while (!listens(place)) {
        if (death !== undefined || performance.now() > deadline) {
          const why = death ?? `nobody answers on ${place.address}:${place.port}: ${await said()}`
          throw new TargetUnavailable(`${why}\n${tail(log.text())}`)
        }
        await setTimeout(pollMilliseconds)
      }
    }
  }
  /** What was killed lets go of its sockets a moment later; who starts meanwhile would find them in use. */
  const free = async (): Promise<void> => {
    const deadline = performance.now() + stopMilliseconds
    for (const place of places)
      while (listens(place) && performance.now() < deadline) await setTimeout(pollMilliseconds)
  }
  /** It is meant to end: that is no death. */
  const kill = async (program = daemon): Promise<void> => {
    daemon = undefined
    if (program === undefined) return
    await box.killAll()
    await program.forget()
    await free()
  }
  const stop = async (): Promise<void> => {
    const program = daemon
    daemon = undefined
    if (program?.hasEnded() === false) {
      await product.end(box)
      await Promise.race([program.ended, setTimeout(stopMilliseconds, undefined, { ref: false })])
    }
    await kill(program)
  }
  const clear = async (): Promise<void> => {
    await product.empty(box)
    box.remove('/var/mail')
    await product.furnish(box)
  }
  /** What a scenario that only looked at replies left behind is done in a moment; true when it is. */
  const settled = async (): Promise<boolean> => {
    const deadline = performance.now() + settleMilliseconds
    for (;;) {
      if (death !== undefined || daemon === undefined) return true
      if ((await product.underWay(box, log.text())).length === 0) return true
      if (performance.now() > deadline) return false
      await setTimeout(pollMilliseconds)
    }
  }
  const forgotten = async (): Promise<boolean> =>
    current !== undefined && daemon !== undefined && (await product.forget?.(box, current)) === true

  await product.furnish(box)
  return {
    box,
    async begin(rendered, listeners) {
      log.begin()
      const same = current !== undefined && fixedPart(current) === fixedPart(rendered)
      const samePlaces = JSON.stringify(places) === JSON.stringify(listeners)
      if (same && samePlaces && daemon !== undefined && death === undefined) {
        await write(rendered)
        return
      }
      await kill()
      await clear()
      places = listeners
      await write(rendered)
      try {
        await start()
      } catch (error) {
        // What did not come up in time is not taken for a running server by the next scenario.
        current = undefined
        throw error
      }
    },
    async change(rendered, listeners) {
      const closed = places.length === 0
      places = listeners
      await write(rendered)
      if (listeners.length === 0) await stop()
      else if (closed) await start()
      else {
        await product.reload(box)
        current = undefined
      }
    },
    async again(how) {
      await (how === 'killed' ? kill() : stop())
      await start()
      await product.resume?.(box)
    },
    log: () => log.text(),
    async mailbox(name) {
      const folder = box.path(`/var/mail/${name}/new`)
      const names = await readdir(folder).catch(() => [])
      const files = await Promise.all(names.map(async (one) => ({ one, at: (await stat(join(folder, one))).mtimeMs })))
      files.sort((first, second) => first.at - second.at || first.one.localeCompare(second.one))
      return Promise.all(files.map(async ({ one }) => ({ content: withLineEnds(await readFile(join(folder, one))) })))
    },
    died: () => death,
    async rest() {
      const busy = !(await settled())
      const said = log.text()
      const waiting = daemon === undefined ? 0 : (await product.queue(box, said)).length
      const isNew = waiting === 0 && !product.remembers(said)
      if (busy || death !== undefined || !(isNew || (await forgotten()))) {
        await kill()
        current = undefined
        return
      }
      for (const name of await readdir(box.path('/var/mail'))) {
        for (const folder of ['new', 'cur', 'tmp']) {
          const inside = `/var/mail/${name}/${folder}`
          for (const file of await readdir(box.path(inside)).catch(() => [])) box.remove(`${inside}/${file}`)
        }
      }
    },
    async close() {
      daemon = undefined
      await box.close()
    },
  }
}
