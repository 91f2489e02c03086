/**
 * What a mail server that runs in a box has to tell about itself: its packages, which settings it carries out, how they
 * read in its own configuration, and how to start it and look into it. `target.ts` beside this makes a `Target` of it.
 */
import type { House } from '../house.ts'
import type { Capability, QueuedRecipient } from '../target.ts'
import type { Box } from './box.ts'
import type { FileInBox } from './files.ts'
import type { PackageList } from './packages.ts'

export interface ListenerPlace {
  readonly role: 'relay' | 'submission' | 'submissions'
  readonly address: string
  readonly port: number
}

/** What the configuration needs to know beside the settings. */
export interface Place {
  readonly listeners: readonly ListenerPlace[]
  /** PEM of the server's own certificate and its key. */
  readonly certificate: { readonly cert: string; readonly key: string }
  /** PEM of the authorities that a smarthost's certificate is checked against; undefined when the settings name none. */
  readonly trustedCertificates: string | undefined
}

/** A product's own configuration; equal ones may share a running server. */
export interface Rendered {
  /** Path in the box to its content. */
  readonly files: Readonly<Record<string, FileInBox>>
  /** Commands that make what cannot be written as text (a database of passwords), run before the start. */
  /** The name of the machine, as programs in the box see it. */
  readonly hostName: string
  readonly commands: readonly { readonly command: readonly string[]; readonly input?: string }[]
}

export interface Product {
  readonly packages: PackageList
  readonly capabilities: ReadonlySet<Capability>
  /** Names of settings, or of groups of them, that `render` carries out. */
  readonly settings: readonly string[]
  /** Why a scenario with these words cannot be asked of it. */
  unfit?(text: string): string | undefined
  /** Lines for `/etc/resolv.conf` beside the name server's. */
  readonly resolver?: string
  /** Files that a running server looks at for every session: for another content of theirs it is not started anew. */
  readonly live?: readonly string[]
  /** Its own log, a path in the box. */
  readonly log: string
  /** Throws `NotApplicable` for values that the product cannot express. */
  render(house: House, place: Place): Rendered
  /** Folders and permissions, once in a new box. */
  furnish(box: Box): Promise<void>
  /** The server itself, staying in the foreground. */
  readonly daemon: readonly string[]
  /** What the product's own service does at a start besides: looks at the mail that an earlier life of it left. */
  resume?(box: Box): Promise<void>
  /** Tells the running server to end, giving its sessions no more time than it takes. */
  end(box: Box): Promise<void>
  /** Makes the running server read its configuration again, without dropping a session. */
  reload(box: Box): Promise<void>
  runQueue(box: Box): Promise<void>
  /** What it is doing or about to do at once, in words; empty when it has come to rest. `log` is what it wrote in this scenario. */
  underWay(box: Box, log: string): Promise<readonly string[]>
  queue(box: Box, log: string): Promise<readonly QueuedRecipient[]>
  /** When the next attempt is due, milliseconds since the epoch; undefined when nothing waits. */
  nextDue(box: Box, log: string): Promise<number | undefined>
  operate(box: Box, act: 'hold' | 'release' | 'remove', message: string): Promise<void>
  /** Its log says that mail for this address came to an end. */
  ended(log: string, address: string): boolean
  /** It tried to send something, so that it may remember how that went: the next scenario gets a new start. */
  remembers(log: string): boolean
  /**
   * Makes the running server, which is at rest, as new: nothing waits in it and nothing is remembered. False where that takes
   * a new start. Absent: it always does.
   */
  forget?(box: Box, rendered: Rendered): Promise<boolean>
  /** Removes everything that waits; only called while it is stopped. */
  empty(box: Box): Promise<void>
}
