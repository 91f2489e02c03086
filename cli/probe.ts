/**
 * `smtpspec probe`: does that server relay for strangers? The relay probes of the features, against any server, in one screen.
 *
 * It says first what it will send. Only loopback is probed without `--i-am-authorised`; elsewhere at one probe a second. A
 * server that accepts may still drop or return the mail, so *accepted* is never called proof: that is only what a sink
 * (`--sink`, where the far domain's mail exchanger is under the user's control) has received.
 */
import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Names } from '../probes/relay.ts'
import { plan, survey } from '../probes/survey.ts'
import { verdictOf } from '../probes/verdict.ts'
import type { RelayVerdict } from '../probes/verdict.ts'
import { openWireClient } from '../simulators/clients/wire.ts'
import type { Exchanger, WireClient } from '../simulators/contract.ts'
import { openScriptedExchanger } from '../simulators/exchangers/scripted.ts'
import { conclusion, exitCodes as probeExitCodes, listing, resultDocument, summary } from './probe-report.ts'
import type { ProbeResult } from './probe-report.ts'
import { addressOf, endpointOf, farWithLeave, pauseMilliseconds } from './far.ts'
import { examples, exitCodes, usageFault } from './usage.ts'

export interface ProbeOptions {
  readonly domain: string
  readonly from: string
  readonly local?: string
  readonly sink?: string
  readonly wait: string
  readonly json?: true
  readonly list?: true
  readonly iAmAuthorised?: true
}

export interface ProbeSurroundings {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly sleep: (milliseconds: number) => Promise<void>
}

/** How long a reply may take; servers that tarpit strangers take their time. */
const patienceMilliseconds = 15_000
const longestWaitSeconds = 600

const mailboxOf = (text: string, option: string): { readonly user: string; readonly domain: string } => {
  const [user = '', domain = '', ...more] = text.split('@')
  if (!/^[\w.+-]+$/.test(user) || !isDomain(domain) || more.length > 0)
    throw usageFault(`${option} takes a mailbox such as tester@elsewhere.example, not "${text}"`)
  return { user, domain }
}

const isDomain = (text: string): boolean => /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(text)

/** What the server calls itself; undefined when it does not greet us. Rejects when nobody answers. */
const nameOf = async (dial: () => Promise<WireClient>): Promise<string | undefined> => {
  const wire = await dial()
  try {
    const greeting = await wire.reply()
    if (greeting.code !== 220) return undefined
    const hello = await wire.say('EHLO client.example')
    const word = (hello.code === 250 ? hello : greeting).lines[0]?.split(' ')[0] ?? ''
    await wire.send('QUIT\r\n')
    return isDomain(word) ? word : 'localhost'
  } finally {
    await wire.close()
  }
}

const namesFor = (options: ProbeOptions, address: string, host: string): Names => {
  const sender = mailboxOf(options.from, '--from')
  const local = options.local === undefined ? { user: 'postmaster', domain: host } : mailboxOf(options.local, '--local')
  if (!isDomain(options.domain)) throw usageFault(`--domain takes a domain name, not "${options.domain}"`)
  return {
    ext: options.domain,
    eu: 'relay-test',
    ext2: sender.domain,
    su: sender.user,
    host,
    ip: isIPv6(address) ? `IPv6:${address}` : address,
    ld: local.domain,
    lu: local.user,
    trusted: '127.0.0.1',
  }
}

const openSink = async (text: string): Promise<Exchanger> => {
  const { host, port } = endpointOf(text, '--sink')
  const place = { name: 'sink', address: host, port, certificate: undefined, onConversation: () => undefined }
  return openScriptedExchanger(place, {})
}

const waitOf = (text: string): number => {
  const seconds = Number(text)
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > longestWaitSeconds)
    throw usageFault(`--wait takes seconds, from 0 to ${longestWaitSeconds}, not "${text}"`)
  return seconds * 1000
}

/** Runs the probes and says what came of them; resolves with the exit code. */
export async function probe(target: string, options: ProbeOptions, around: ProbeSurroundings): Promise<number> {
  const endpoint = endpointOf(target, 'the server')
  const wait = waitOf(options.wait)
  namesFor(options, '127.0.0.1', 'localhost')
  const address = await addressOf(endpoint.host)
  const unreachable = (why: string): number => {
    around.err(`smtpspec probe: ${target} cannot be reached: ${why}\n`)
    return probeExitCodes.unreachable
  }
  if (address === undefined) return unreachable('its name has no address')
  const far = farWithLeave(target, address, 'probing', options.iAmAuthorised === true || options.list === true)
  const dial = (): Promise<WireClient> =>
    openWireClient({ host: address, port: endpoint.port }, { patience: patienceMilliseconds })
  let name: string | undefined
  if (options.list !== true) {
    try {
      name = await nameOf(dial)
    } catch (error) {
      return unreachable(error instanceof Error ? error.message : String(error))
    }
    if (name === undefined) {
      around.err(`smtpspec probe: ${target} greets this address with a refusal, so it relays nothing for it\n`)
      return probeExitCodes.closed
    }
  }
  const names = namesFor(options, address, name ?? endpoint.host)
  const planned = plan(names)
  if (options.list === true) {
    around.out(listing(planned, names))
    return exitCodes.good
  }
  const tell = options.json === true ? around.err : around.out
  tell(summary({ target, names, planned, far }))
  const sink = options.sink === undefined ? undefined : await openSink(options.sink)
  try {
    const run = randomBytes(4).toString('hex')
    const startedAt = performance.now()
    const { attempts, cutShort } = await survey({
      names,
      dial,
      token: ({ id }) => `${id}-${run}-${randomBytes(3).toString('hex')}`,
      ...(far && { pause: () => around.sleep(pauseMilliseconds) }),
    })
    const isTaken = attempts.some(({ outcome }) => outcome.kind === 'accepted')
    if (sink !== undefined && isTaken) await around.sleep(wait)
    const verdicts = attempts.map((attempt): RelayVerdict => {
      const arrived = sink?.received.some(({ content }) => Buffer.from(content).includes(`Subject: ${attempt.token}`))
      const finds = { delivered: ['the sink'], here: false, notified: false, queued: false }
      return verdictOf(attempt, arrived === true ? finds : undefined)
    })
    const seconds = (performance.now() - startedAt) / 1000
    const result: ProbeResult = { target, address, names, verdicts, cutShort, seconds, watched: sink !== undefined }
    around.out(options.json === true ? `${JSON.stringify(resultDocument(result), undefined, 2)}\n` : conclusion(result))
    return resultDocument(result).exitCode
  } finally {
    await sink?.close()
  }
}

export function register(program: Command): void {
  const command = program
    .command('probe')
    .description('Tell whether a server relays for strangers, with every relay probe of the features.')
    .argument('<server>', 'HOST:PORT, [IPv6]:PORT or HOST (port 25)')
    .option(
      '--domain <name>',
      'a domain that the server must not relay to; the default does not exist',
      'there.example',
    )
    .option('--from <mailbox>', 'whom the probes come from', 'relay-test@elsewhere.example')
    .option(
      '--local <mailbox>',
      "a mailbox of the server's own, to speak in its name (default: postmaster at its name)",
    )
    .option('--sink <address:port>', "listen there as the domain's mail exchanger: what arrives is proof")
    .option('--wait <seconds>', 'how long to wait for mail at the sink', '10')
    .option('--json', 'the answer as one JSON document')
    .option('--list', 'show every command that would be sent, and send nothing')
    .option('--i-am-authorised', 'the owner of that server allows it; needed for all but loopback')
    .addHelpText(
      'after',
      `
Exit codes: 0 no probe was accepted, 1 an open relay, or mail was accepted that should not be,
3 the server could not be reached, 64 wrong usage.`,
    )
    .action(async (target: string, options: ProbeOptions) => {
      process.exitCode = await probe(target, options, {
        out: (text) => void process.stdout.write(text),
        err: (text) => void process.stderr.write(text),
        sleep: (milliseconds) => setTimeout(milliseconds),
      })
    })
  examples(command, [
    ['smtpspec probe 127.0.0.1:2525', 'a server on this machine'],
    ['smtpspec probe mail.example:25 --i-am-authorised', 'a server elsewhere, one probe a second'],
    ['smtpspec probe 127.0.0.1:2525 --domain there.example --sink 127.0.0.9:25', 'with proof'],
    ['smtpspec probe 127.0.0.1:2525 --list', 'what would be sent'],
  ])
}
