/**
 * `smtpspec doctor`: what this machine can run, and how to get the rest.
 *
 * Looks only at this machine: Node, loopback addresses, low ports, and programs on the PATH. Each finding says what it is
 * good for and, when it is missing, how to get it. Only what `serve` and `verify` cannot do without decides the exit code.
 */
import { createSocket } from 'node:dgram'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import type { Command } from 'commander'
import { examples, exitCodes } from './usage.ts'

export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'missing'
  /** Without it `serve` or `verify` do not work at all. */
  readonly needed: boolean
  /** What was found, or why it is missing. */
  readonly found: string
  readonly goodFor: string
  /** How to get it; only where it is missing. */
  readonly remedy?: string
}

/** The machine as the doctor examines it. */
export interface Machine {
  readonly node: string
  readonly platform: string
  /** The error code of listening there, or undefined when it could be done. */
  readonly listen: (address: string, port: number, protocol: 'tcp' | 'udp') => Promise<string | undefined>
  /** The path of a program, if it is on the PATH. */
  readonly program: (name: string) => Promise<string | undefined>
}

export async function examine(machine: Machine): Promise<readonly Finding[]> {
  return [nodeFinding(machine), ...(await Promise.all([...addressFindings(machine), ...programFindings(machine)]))]
}

function finding(ok: boolean, facts: Omit<Finding, 'state' | 'remedy'>, remedy: string): Finding {
  return { ...facts, state: ok ? 'ok' : 'missing', ...(ok ? {} : { remedy }) }
}

function nodeFinding({ node }: Machine): Finding {
  return finding(
    Number(node.split('.')[0]) >= 24,
    { name: 'Node.js 24', needed: true, found: node, goodFor: 'everything' },
    'Get it from https://nodejs.org/en/download, or with nvm install 24.',
  )
}

interface Place {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  readonly needed: boolean
  readonly goodFor: string
  readonly remedy: string
}

function addressFindings(machine: Machine): readonly Promise<Finding>[] {
  const alias =
    machine.platform === 'darwin'
      ? 'sudo ifconfig lo0 alias 127.0.0.2 (and so on up to 127.0.0.20).'
      : 'Bring up the loopback interface: ip link set lo up.'
  const low =
    machine.platform === 'linux'
      ? 'Allow it: sudo sysctl net.ipv4.ip_unprivileged_port_start=25, or setcap cap_net_bind_service on node.'
      : 'Start it as a user who may, or use ports from 1024 on.'
  const ipv6 = 'Turn IPv6 on for loopback: sysctl net.ipv6.conf.lo.disable_ipv6=0.'
  const places: readonly Place[] = [
    {
      name: '127.0.0.1',
      address: '127.0.0.1',
      port: 0,
      protocol: 'tcp',
      needed: true,
      goodFor: 'everything',
      remedy: alias,
    },
    {
      name: '127.0.0.2 and others',
      address: '127.0.0.2',
      port: 0,
      protocol: 'tcp',
      needed: true,
      goodFor: 'verify: every simulated host has an address of its own',
      remedy: alias,
    },
    {
      name: '::1',
      address: '::1',
      port: 0,
      protocol: 'tcp',
      needed: false,
      goodFor: 'scenarios about IPv6',
      remedy: ipv6,
    },
    {
      name: 'port 25',
      address: '127.0.0.1',
      port: 25,
      protocol: 'tcp',
      needed: false,
      goodFor: 'serve on the port of mail, targets that always send to it',
      remedy: low,
    },
    {
      name: 'port 53',
      address: '127.0.0.1',
      port: 53,
      protocol: 'udp',
      needed: false,
      goodFor: 'targets that can only ask a name server on port 53',
      remedy: low.replace('=25', '=53'),
    },
  ]
  return places.map(async (place) => {
    const fault = await machine.listen(place.address, place.port, place.protocol)
    // What somebody else has already is no lack of permission.
    const found =
      fault === undefined ? 'can be listened on' : fault === 'EADDRINUSE' ? 'in use by another program' : fault
    const { name, needed, goodFor, remedy } = place
    const mend = fault === 'EADDRINUSE' ? 'Stop the program that has it, or use another port.' : remedy
    return finding(fault === undefined, { name, needed, found, goodFor }, mend)
  })
}

interface Program {
  readonly name: string
  readonly commands: readonly string[]
  readonly goodFor: string
  readonly debian: string
  readonly homebrew: string
  /** `smtpspec targets install` gets it without installing it, where this machine can run it so. */
  readonly target?: true
}

const programs: readonly Program[] = [
  {
    name: 'openssl',
    commands: ['openssl'],
    goodFor: 'looking at TLS by hand: openssl s_client -starttls smtp',
    debian: 'openssl',
    homebrew: 'openssl',
  },
  {
    name: 'swaks',
    commands: ['swaks'],
    goodFor: 'a real client: every method of authentication, TLS, pipelining',
    debian: 'swaks',
    homebrew: 'swaks',
  },
  { name: 'msmtp', commands: ['msmtp'], goodFor: 'a real client', debian: 'msmtp', homebrew: 'msmtp' },
  {
    name: 'curl',
    commands: ['curl'],
    goodFor: 'a real client, and the administration API by hand',
    debian: 'curl',
    homebrew: 'curl',
  },
  { name: 'python3', commands: ['python3'], goodFor: 'a real client: smtplib', debian: 'python3', homebrew: 'python' },
  {
    name: 'postfix',
    commands: ['postfix'],
    goodFor: 'a target, and smtp-source and smtp-sink for load',
    debian: 'postfix',
    homebrew: 'postfix',
    target: true,
  },
  { name: 'exim', commands: ['exim', 'exim4'], goodFor: 'a target', debian: 'exim4', homebrew: 'exim', target: true },
  {
    name: 'opensmtpd',
    commands: ['smtpd', 'smtpctl'],
    goodFor: 'a target',
    debian: 'opensmtpd',
    homebrew: 'opensmtpd',
  },
  {
    name: 'docker',
    commands: ['docker', 'podman'],
    goodFor: 'targets in containers',
    debian: 'docker.io',
    homebrew: 'docker',
  },
  {
    name: 'chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    goodFor: 'looking at pages without a person',
    debian: 'chromium',
    homebrew: 'chromium',
  },
]

function programFindings(machine: Machine): readonly Promise<Finding>[] {
  return programs.map(async ({ name, commands, goodFor, debian, homebrew, target }) => {
    const paths = await Promise.all(commands.map((command) => machine.program(command)))
    const path = paths.find((one) => one !== undefined)
    const remedy =
      machine.platform === 'darwin'
        ? `Get it: brew install ${homebrew}.`
        : target === true
          ? `As a target: smtpspec targets install ${name}. Otherwise: apt install ${debian}.`
          : `Get it: apt install ${debian}, or your system's own package.`
    return finding(path !== undefined, { name, needed: false, found: path ?? 'not on the PATH', goodFor }, remedy)
  })
}

/** The findings as text for people: what is there first. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length))
  const lines = findings.flatMap(({ name, state, needed, found, goodFor, remedy }) => {
    const mark = state === 'ok' ? 'ok     ' : needed ? 'NEEDED ' : 'missing'
    const line = `${mark}  ${name.padEnd(width)}  ${found}  (${goodFor})`
    return remedy === undefined ? [line] : [line, `${' '.repeat(width + 11)}${remedy}`]
  })
  return lines.map((line) => `${line}\n`).join('')
}

/** 69 when something is missing without which nothing works. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const lacking = findings.some(({ state, needed }) => state === 'missing' && needed)
  return lacking ? exitCodes.unavailable : exitCodes.good
}

/** This machine. */
export function thisMachine(): Machine {
  return {
    node: process.versions.node,
    platform: process.platform,
    listen: (address, port, protocol) => (protocol === 'tcp' ? listenTcp(address, port) : listenUdp(address, port)),
    program: async (name) => {
      for (const folder of (process.env['PATH'] ?? '').split(delimiter).concat('/usr/sbin', '/sbin')) {
        const path = join(folder, name)
        const runs = await access(path, constants.X_OK).then(
          () => true,
          () => false,
        )
        if (folder !== '' && runs) return path
      }
      return undefined
    },
  }
}

function listenTcp(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, address, () => server.close(() => resolve(undefined)))
  })
}

function listenUdp(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      resolve(error.code ?? error.message)
    })
    socket.bind(port, address, () => socket.close(() => resolve(undefined)))
  })
}

export function register(program: Command): void {
  const command = program
    .command('doctor')
    .description('Tell what this machine can run, and how to get the rest.')
    .option('--json', 'the findings as one JSON document')
    .addHelpText(
      'after',
      '\nExit codes: 0 serve and verify can run, 69 something that they need is missing, 64 wrong usage.',
    )
    .action(async (options: { readonly json?: true }) => {
      const findings = await examine(thisMachine())
      process.stdout.write(options.json === true ? `${JSON.stringify({ findings }, undefined, 2)}\n` : report(findings))
      process.exitCode = exitCodeOf(findings)
    })
  examples(command, [
    ['smtpspec doctor', 'for people'],
    ['smtpspec doctor --json', 'for programs'],
  ])
}
