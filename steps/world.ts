/**
 * The world of one scenario: the server under test, the scene around it, the cast, the letters that were handed in.
 *
 * It opens the scene with the first step that needs it and starts the server with the first act, so that every Given
 * before simply writes settings. Whoever opens here pushes a stop; the After hook runs the stops last opened first.
 */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { World, setDefaultTimeout, setWorldConstructor } from '@cucumber/cucumber'
import type { Conversation, Exchanger, ExchangerOptions, Scene, WireClient } from '../simulators/contract.ts'
import type { ScramResult } from '../simulators/clients/scram.ts'
import { unescapeBytes } from '../simulators/notation.ts'
import { openScene } from '../simulators/scene.ts'
import { NotApplicable, TargetUnavailable, createTarget, sceneOptionsFor } from '../targets/choose.ts'
import type { SettingsDocument } from '../server/settings/schema.ts'
import type { Capability, Endpoint, StoredMessage, Target } from '../targets/target.ts'
import { newCast, passwordOf, place } from './cast.ts'
import type { Person } from './cast.ts'
import { lacks } from './lacks.ts'
import type { Letter } from './letters.ts'
import { plainMessage } from './letters.ts'
import { paceOf } from '../targets/host/pace.ts'
import type { RunParameters } from './parameters.ts'
import { restMilliseconds } from './patience.ts'
import { scratchFolder } from '../targets/scratch.ts'
import { serviceSettings } from './service.ts'
import { workerFor } from './worker.ts'
import type { Sender } from './vocabulary.ts'

setDefaultTimeout(20_000)

export class MailWorld extends World<RunParameters> {
  readonly cast = newCast()
  readonly letters: Letter[] = []
  /** DNS names that some Given declared, also those declared not to exist. */
  readonly declaredNames = new Set<string>()
  /** Refusals that the scene itself announces, so that a failing start is an act to look at and not a crash. */
  startRefusal: string | undefined
  settings: SettingsDocument = {}
  ownProcess = false
  client: WireClient | undefined
  /** Reply codes of the greetings of sessions opened at once. */
  greetings: readonly number[] = []
  scram: ScramResult | undefined
  /** The last answer of the administration API. */
  answer: { readonly status: number; readonly text: string; readonly header: (name: string) => string } | undefined
  /** Where a server that we start keeps its files. */
  folder = ''
  /** Messages that the operator removed: the ledger lets them go. */
  readonly removed = new Set<string>()
  /** After a kill a server may deliver once more what it had not yet written down (RFC 5321 §6.1 forbids loss). */
  killed = false
  private readonly stops: (() => Promise<void>)[] = []
  private openedScene: Scene | undefined
  private openedTarget: Target | undefined
  private starting: Promise<void> | undefined
  private tokens = 0

  get scene(): Scene {
    if (this.openedScene === undefined) throw new Error('the scene is not open yet')
    return this.openedScene
  }

  get target(): Target {
    if (this.openedTarget === undefined) throw new Error('no target was chosen')
    return this.openedTarget
  }

  get started(): boolean {
    return this.starting !== undefined
  }

  /** Called by the Before hook: opens the scene and writes the settings that every scenario starts from. */
  async open({ ipv6 }: { readonly ipv6: boolean }): Promise<void> {
    const worker = workerFor(this.parameters.cache)
    const options = await sceneOptionsFor(this.parameters.target, worker)
    this.openedScene = await openScene({ ipv6, ...options, ...(this.parameters.far && { pace: paceOf(worker) }) })
    this.stops.push(() => this.scene.close())
    this.openedTarget = createTarget(this.parameters.target, {
      ownProcess: this.ownProcess,
      worker,
      ...(this.parameters.policy !== undefined && { policy: this.parameters.policy }),
      ...(this.parameters.offered !== undefined && { offered: this.parameters.offered }),
    })
    const address = this.scene.address('server')
    const usual = serviceSettings(this.scene, address)
    this.settings = this.target.usual?.(usual) ?? usual
    // Servers know themselves among exchangers by their address.
    this.scene.dns.zone(`mail.here.example. A ${address}`)
    this.declare('here.example', 'mail.here.example', 'elsewhere.example')
  }

  /** Ends the scenario as "not applicable" where the target lacks something that only shows on the way. */
  needs(capability: Capability, otherwise = lacks([capability])): void {
    if (!this.target.capabilities.has(capability)) throw new NotApplicable(otherwise)
  }

  declare(...names: readonly string[]): void {
    for (const name of names) this.declaredNames.add(name.toLowerCase())
  }

  onClose(stop: () => Promise<void>): void {
    this.stops.push(stop)
  }

  /** Starts the server with the settings written so far; every act calls it, the first one starts. */
  async serverRuns(): Promise<Target> {
    this.starting ??= this.start()
    await this.starting
    return this.target
  }

  private async start(): Promise<void> {
    const folder = await scratchFolder()
    this.folder = folder
    this.stops.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
    this.stops.push(() => this.target.stop())
    try {
      await this.target.start(this.settings, {
        nameServer: this.scene.dns.endpoint,
        exchangerPort: this.scene.exchangerPort,
        address: this.settings.listeners?.[0]?.address ?? '127.0.0.1',
        folder,
      })
    } catch (error) {
      if (error instanceof NotApplicable) throw error
      throw new TargetUnavailable(error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  /** Starts the server where it may refuse to start: the refusal is kept for a Then to look at. */
  async tryToStart(): Promise<void> {
    try {
      await this.serverRuns()
    } catch (error) {
      if (error instanceof NotApplicable) throw error
      this.startRefusal = error instanceof Error ? error.message : String(error)
    }
  }

  endpoint(role: 'relay' | 'submission' | 'submissions'): Endpoint {
    if (role !== 'relay') this.needs(role, `has no ${role} listener that users could use`)
    const endpoint = this.target.endpoint(role)
    if (endpoint === undefined) throw new Error(`the server has no ${role} listener open`)
    return endpoint
  }

  person(name: string): Person {
    const person = this.cast.get(name)
    if (person === undefined) throw new Error(`${name} is not in the cast`)
    return person
  }

  /** Somebody of the cast, or alice standing where the sentence says. */
  sender(sender: Sender): Person {
    if (sender.kind === 'person') return this.person(sender.name)
    const name = sender.standing === 'stranger' ? 'mallory' : 'alice'
    const person = this.person(name)
    place(person, sender.standing)
    return person
  }

  sourceOf(person: Person): string {
    if (person.source === undefined) {
      const standing = person.standing === 'trusted' ? 'trusted' : 'stranger'
      const free = this.scene.address(standing)
      person.source = this.target.source?.(standing, free) ?? free
    }
    return person.source
  }

  nextToken(): string {
    this.tokens += 1
    return `letter-${this.tokens}-${this.scene.exchangerPort}`
  }

  /** Hands in a message as a well-behaved client would; what came of it is the letter's result. */
  async send(
    person: Person,
    from: string,
    to: readonly string[],
    options: {
      readonly content?: (token: string) => Uint8Array
      readonly dsn?: NonNullable<Parameters<Scene['submit']>[1]['dsn']>
      readonly smtputf8?: boolean
    } = {},
  ): Promise<Letter> {
    await this.serverRuns()
    const token = this.nextToken()
    const content = options.content?.(token) ?? plainMessage(token, from, to, new Date())
    const authenticates = person.standing === 'authenticated' || person.standing === 'wrong-password'
    const result = await this.scene.submit(this.endpoint(person.role), {
      from,
      to,
      content,
      tls: person.tls,
      source: this.sourceOf(person),
      ...(authenticates && {
        credentials: {
          user: person.name,
          password: person.password ?? this.target.password?.(person.name) ?? passwordOf(person.name),
          ...(person.method !== undefined && { method: person.method }),
        },
      }),
      ...(options.dsn !== undefined && { dsn: options.dsn }),
      ...(options.smtputf8 !== undefined && { smtputf8: options.smtputf8 }),
    })
    const letter: Letter = { token, from, to, content, result, looked: false }
    this.letters.push(letter)
    return letter
  }

  get letter(): Letter {
    const letter = this.letters.at(-1)
    if (letter === undefined) throw new Error('nobody has sent a message yet')
    return letter
  }

  /** Waits until nothing more will happen by itself: absence may be judged after this. */
  async rest(): Promise<void> {
    await this.serverRuns()
    await this.target.rest(restMilliseconds)
  }

  /** Puts the addresses of this scenario where a sentence has `{server}`, 64 times an a where it has `{a × 64}`, base64 for `{base64 \0a\0b}`. */
  fillIn(text: string): string {
    return text
      .replaceAll('{server}', this.settings.listeners?.[0]?.address ?? '127.0.0.1')
      .replaceAll(/\{(.) × (\d{1,6})\}/gu, (_, character: string, times: string) => character.repeat(Number(times)))
      .replaceAll(/\{base64 ([^}]*)\}/gu, (_, plain: string) => Buffer.from(unescapeBytes(plain)).toString('base64'))
  }

  /** Expected replies (`550 5.1.1`, or the lines of a conversation) without enhanced codes where the server offers none. */
  asOffered(replies: string): string {
    if (this.target.capabilities.has('enhanced-codes')) return replies
    return replies.replaceAll(/\b([245][0-9yz]{2}) [245]\.\d{1,3}\.\d{1,3}\b/g, '$1')
  }

  /** A file with the authority that signs good certificates, for a server that must verify them. */
  async authorityFile(): Promise<string> {
    const folder = await scratchFolder()
    this.folder = folder
    this.stops.push(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'authority.pem')
    await writeFile(file, this.scene.authority)
    return file
  }

  /** Opens a mail exchanger and declares its name. */
  async exchanger(name: string, options: ExchangerOptions = {}): Promise<Exchanger> {
    const known = this.scene.exchangers.find((exchanger) => exchanger.name === name)
    if (known !== undefined) return known
    this.declare(name)
    return this.scene.exchanger(name, options)
  }

  /** A host that something is expected to reach. */
  host(name: string): Exchanger {
    this.needs('outgoing')
    return this.neighbour(name)
  }

  /** The same, whatever is expected of it. */
  neighbour(name: string): Exchanger {
    const exchanger = this.scene.exchangers.find((candidate) => candidate.name === name)
    if (exchanger === undefined) throw new Error(`no Given declared the host ${name}`)
    return exchanger
  }

  async mailbox(address: string): Promise<readonly StoredMessage[]> {
    await this.rest()
    this.needs('mailboxes', 'does not show its mailboxes')
    return (await this.target.mailbox?.(address)) ?? []
  }

  conversations(): readonly Conversation[] {
    return this.openedScene?.conversations ?? []
  }

  /** Runs every stop, last opened first; gives what went wrong instead of stopping half way. */
  async close(): Promise<readonly string[]> {
    const faults: string[] = []
    // Sessions that nobody ends would be waited for by a server that is told to stop.
    await this.openedScene?.hangUp().catch((fault: unknown) => faults.push(String(fault)))
    for (const stop of this.stops.toReversed()) {
      try {
        await stop()
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error))
      }
    }
    this.stops.length = 0
    return faults
  }
}

setWorldConstructor(MailWorld)
