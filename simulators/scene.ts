/**
 * The scene of one scenario: addresses of its own, a name server, and whatever exchangers, clients and proxies it is asked
 * for. It opens in a few milliseconds and makes keys only when something speaks TLS.
 *
 * Everything opened through a scene is closed by it, last opened first. Scenes share nothing, unless an `Authority` is
 * handed to several of them.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { claimBlock } from './addresses.ts'
import type { AddressBlock } from './addresses.ts'
import { createAuthority } from './certificates.ts'
import type { Authority, CertificateKind } from './certificates.ts'
import { openSubmission } from './clients/submit.ts'
import { openWireClient } from './clients/wire.ts'
import type { Conversation, Exchanger, ExchangerOptions, Scene, WireClient } from './contract.ts'
import { openRecorder } from './conversation.ts'
import { openNameServer } from './dns/name-server.ts'
import { openScriptedExchanger } from './exchangers/scripted.ts'
import { openProxy } from './faults/proxy.ts'
import { whenFree } from './when-free.ts'

export interface SceneOptions {
  /** Signs the certificates; make one with `createAuthority()` and share it. Absent: made when first needed. */
  readonly authority?: Authority
  /** Where all exchangers listen; 25 for servers that cannot be told another (needs the right to bind it). Absent: any free one. */
  readonly exchangerPort?: number
  /** The name server's port; 53 for servers that cannot be told another. */
  readonly dnsPort?: number
  /** The exchanger port must be free on `::1` too. */
  readonly ipv6?: boolean
  /** Addresses that are claimed already, used from their beginning and not given back. Absent: a block of the scene's own. */
  readonly block?: AddressBlock
  /** Awaited before each session with the server under test: what is owed to one that is not on this machine. */
  readonly pace?: () => Promise<void>
  /** Blocks such as `127.77.1` to choose from, where not all of 127.0.0.0/8 can be bound. */
  readonly blocks?: readonly string[]
}

const DNS_PORT = 25_053
const PORT_ATTEMPTS = 20

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const stops: (() => Promise<void>)[] = []
  const exchangers: Exchanger[] = []
  const conversations: Conversation[] = []
  let authority = options.authority
  const stopAll = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
  }
  const authorityOfScene = async (): Promise<Authority> => (authority ??= await createAuthority())
  const certificate = async (
    kind: CertificateKind,
    name: string,
    addresses: readonly string[] = [],
  ): Promise<{ readonly cert: string; readonly key: string }> =>
    await (await authorityOfScene()).issue(kind, name, addresses)

  const clients: WireClient[] = []
  const block = options.block?.again() ?? (await claimBlock(options.blocks))
  stops.push(() => block.release())
  try {
    const exchangerPort = options.exchangerPort ?? (await freePort(() => block.freePort(), options.ipv6 ?? false))
    const dnsAddress = block.next('server')
    const dns = await whenFree(() => openNameServer(dnsAddress, options.dnsPort ?? DNS_PORT))
    stops.push(() => dns.close())

    const openExchanger = async (name: string, wanted: ExchangerOptions): Promise<Exchanger> => {
      const six = wanted.family === 6
      if (six && options.ipv6 !== true) throw new Error('Open the scene with { ipv6: true } to have exchangers on ::1')
      const address = six ? '::1' : block.next('exchanger')
      const kind = wanted.certificate ?? (wanted.implicitTls === true ? 'good' : undefined)
      const place = {
        name,
        address,
        port: exchangerPort,
        certificate:
          kind === undefined ? undefined : await certificate(kind, wanted.certificateName ?? name, [address]),
        onConversation: (conversation: Conversation) => void conversations.push(conversation),
      }
      const exchanger =
        wanted.library === true
          ? await (await import('./exchangers/behaved.ts')).openBehavedExchanger(place, wanted)
          : await openScriptedExchanger(place, wanted)
      exchangers.push(exchanger)
      stops.push(() => exchanger.close())
      dns.zone(`${name}. ${six ? 'AAAA' : 'A'} ${address}`)
      return exchanger
    }

    return {
      dns,
      exchangerPort,
      exchangers,
      conversations,
      trustedNetwork: block.trustedNetwork,
      address: (purpose) => block.next(purpose),
      exchanger: (name, wanted = {}) => openExchanger(name, wanted),
      async connect(to, wanted = {}) {
        await options.pace?.()
        const recorder = openRecorder(wanted.title ?? `${wanted.from ?? 'a client'} → ${to.host}:${to.port}`)
        conversations.push(recorder.conversation)
        const client = await openWireClient(to, wanted, recorder)
        clients.push(client)
        stops.push(() => client.close())
        return client
      },
      async hangUp() {
        await Promise.all(clients.map((client) => client.close()))
      },
      async submit(to, submission) {
        await options.pace?.()
        const running = openSubmission(to, submission)
        conversations.push(running.conversation)
        stops.push(() => running.close())
        return await running.result
      },
      async proxy(target, trouble = {}) {
        const proxy = await openProxy({ host: block.next('exchanger'), port: exchangerPort }, target, trouble)
        stops.push(() => proxy.close())
        return proxy
      },
      get authority() {
        if (authority !== undefined) return authority.pem
        throw new Error('No authority yet: open the scene with one, or open an exchanger with a certificate first')
      },
      certificate,
      close: stopAll,
      [Symbol.asyncDispose]: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

/** A port free in the block and, when asked for, on `::1`. */
async function freePort(propose: () => Promise<number>, ipv6: boolean): Promise<number> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt += 1) {
    const port = await propose()
    if (!ipv6 || (await isFreeOnIpv6(port))) return port
  }
  throw new Error('No port is free on the scene’s addresses and on ::1; is IPv6 on for loopback?')
}

async function isFreeOnIpv6(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen({ host: '::1', port, exclusive: true })
    await once(probe, 'listening')
  } catch {
    return false
  }
  const done = once(probe, 'close')
  probe.close()
  await done
  return true
}
