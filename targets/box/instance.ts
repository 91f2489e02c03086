/**
 * One product in one box, for as long as a worker lives: the same running server serves scenario after scenario while
 * their settings are the same, and is started anew on an empty spool where they differ or where it may remember something.
 *
 * Mail and queue are empty at the start of every scenario. A server that ends by itself is noticed and told of.
 */
import { readFile, readdir, stat } from 'node:fs/promises'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { TargetUnavailable } from '../faults.ts'
import type { StoredMessage } from '../target.ts'
import { openBox } from './box.ts'
import type { Box } from './box.ts'
import type { ListenerPlace, Product, Rendered } from './product.ts'
import type { Program } from './programs.ts'

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
  log(): Promise<string>
  mailbox(name: string): Promise<readonly StoredMessage[]>
  died(): string | undefined
  /** Ends a scenario: nothing that it left behind reaches the next one. */
  rest(): Promise<void>
  close(): Promise<void>
}

/** The kernel's own list of listening sockets: nobody has to connect, so no log speaks of us. */
const listens = async ({ address, port }: ListenerPlace): Promise<boolean> => {
  const six = address.includes(':')
  const text = await readFile(six ? '/proc/net/tcp6' : '/proc/net/tcp', 'utf8')
  const place = `${hexadecimal(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return text.split('\n').some((line) => line.includes(` ${place} `) && / 0A /.test(line))
}

/** An address as the kernel writes it: words of 32 bits in the machine's own order. */
const hexadecimal = (address: string): string => {
  const octets = address === '::1' ? [...Array<number>(15).fill(0), 1] : address.split('.').map(Number)
  const words: string[] = []
  for (let first = 0; first < octets.length; first += 4) {
    const word = octets.slice(first, first + 4)
    if (endianness() === 'LE') word.reverse()
    words.push(word.map((octet) => octet.toString(16).toUpperCase().padStart(2, '0')).join(''))
  }
  return words.join('')
}

/** Mailboxes have the line ends of files; messages have those of mail. */
const withLineEnds = (bytes: Buffer): Uint8Array =>
  new Uint8Array(Buffer.from(bytes.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1'))

const tail = (text: string): string => (text.length <= logCharacters ? text : `…${text.slice(-logCharacters)}`)

export const openInstance = async (product: Product, tree: string): Promise<Instance> => {
  const box = await openBox(tree)
  let configuration = ''
  let written = new Set<string>()
  /** What each command was given last: the same again changes nothing. */
  const made = new Map<string, string>()
  let daemon: Program | undefined
  let death: string | undefined
  let logStart = 0
  let places: readonly ListenerPlace[] = []

  const wholeLog = async (): Promise<string> => readFile(box.path(product.log), 'utf8').catch(() => '')
  const write = async ({ files, commands, hostName }: Rendered): Promise<void> => {
    for (const gone of [...written].filter((path) => files[path] === undefined)) await box.remove(gone)
    for (const [path, file] of Object.entries(files)) await box.write(path, file)
    written = new Set(Object.keys(files))
    await box.run(['/bin/bash', '-c', 'echo "$0" > /proc/sys/kernel/hostname', hostName])
    for (const one of commands) {
      const command = JSON.stringify(one.command)
      if (one.input !== undefined && made.get(command) === one.input) continue
      const { code, text, errors } = await box.run(one.command, one.input)
      if (code !== 0) throw new TargetUnavailable(`${one.command.join(' ')} ended with ${code}: ${text}${errors}`)
      if (one.input !== undefined) made.set(command, one.input)
    }
    configuration = JSON.stringify({ files, commands })
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
      while (!(await listens(place))) {
        if (death !== undefined || performance.now() > deadline) {
          const why = death ?? `nobody answers on ${place.address}:${place.port}: ${await said()}`
          throw new TargetUnavailable(`${why}\n${tail(await wholeLog())}`)
        }
        await setTimeout(pollMilliseconds)
      }
    }
  }
  /** What was killed lets go of its sockets a moment later; who starts meanwhile would find them in use. */
  const free = async (): Promise<void> => {
    const deadline = performance.now() + stopMilliseconds
    for (const place of places)
      while ((await listens(place)) && performance.now() < deadline) await setTimeout(pollMilliseconds)
  }
  const stop = async (): Promise<void> => {
    const program = daemon
    daemon = undefined
    if (program === undefined) return
    if (!program.hasEnded()) {
      await product.end(box)
      await Promise.race([program.ended, setTimeout(stopMilliseconds, undefined, { ref: false })])
    }
    await box.killAll()
    await program.forget()
    await free()
  }
  const clear = async (): Promise<void> => {
    await product.empty(box)
    await box.remove('/var/mail')
    await product.furnish(box)
  }
  const log = async (): Promise<string> => (await wholeLog()).slice(logStart)
  /** What a scenario that only looked at replies left behind is done in a moment; true when it is. */
  const settled = async (): Promise<boolean> => {
    const deadline = performance.now() + settleMilliseconds
    for (;;) {
      if (death !== undefined || daemon === undefined) return true
      if ((await product.underWay(box, await log())).length === 0) return true
      if (performance.now() > deadline) return false
      await setTimeout(pollMilliseconds)
    }
  }

  await product.furnish(box)
  return {
    box,
    async begin(rendered, listeners) {
      logStart = (await wholeLog()).length
      const same = configuration === JSON.stringify({ files: rendered.files, commands: rendered.commands })
      const samePlaces = JSON.stringify(places) === JSON.stringify(listeners)
      if (same && samePlaces && daemon !== undefined && death === undefined) return
      await stop()
      await clear()
      places = listeners
      await write(rendered)
      try {
        await start()
      } catch (error) {
        // What did not come up in time is not taken for a running server by the next scenario.
        configuration = ''
        throw error
      }
    },
    async change(rendered, listeners) {
      const closed = places.length === 0
      places = listeners
      await write(rendered)
      if (listeners.length === 0) await stop()
      else if (closed) await start()
      else await product.reload(box)
    },
    async again(how) {
      if (how === 'killed') {
        daemon = undefined
        await box.killAll()
        await free()
      } else await stop()
      await start()
      await product.resume?.(box)
    },
    log,
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
      const said = await log()
      const waiting = daemon === undefined ? 0 : (await product.queue(box, said)).length
      if (busy || death !== undefined || waiting > 0 || product.remembers(said)) {
        await stop()
        configuration = ''
        return
      }
      for (const name of await readdir(box.path('/var/mail'))) {
        for (const folder of ['new', 'cur', 'tmp']) {
          const inside = `/var/mail/${name}/${folder}`
          for (const file of await readdir(box.path(inside)).catch(() => [])) await box.remove(`${inside}/${file}`)
        }
      }
    },
    async close() {
      daemon = undefined
      await box.close()
    },
  }
}
