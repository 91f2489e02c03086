/**
 * A container of our own server: the image is made here without any registry, from Node, its libraries and this project, and
 * Podman is started for it. All that Podman keeps lies in the folder of the script's own.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { home } from '../../cli/home.ts'
import type { Checks } from './checks.ts'
import { findProgram, run, start } from './program.ts'
import type { Finished } from './program.ts'

export const image = 'localhost/smtpspec-interop:1'
const ports = { relay: 25, submission: 587, submissions: 465 }
const users = `users:
  - { name: alice, password: alice's password }
  - { name: carol, password: carol's password }`

/** Kernels that know control groups of both versions need runc; limits beyond the machine's own are not allowed. */
const podmanConfiguration = `[containers]
cgroupns = "host"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
`

const serverSettings = `hostName: mail.here.example
smtp: { enabled: true }
incoming: { allowed: true, domains: [here.example] }
listeners:
${Object.entries(ports)
  .map(([role, port]) => `  - { role: ${role}, address: 0.0.0.0, port: ${port} }`)
  .join('\n')}
authentication: { methods: [PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256] }
${users}
`

/** What `--target container:FILE` is told: which image, which ports, what the server in it is set to. */
export const containerFile = (of: string, more: string): string => `image: ${of}
ports: ${JSON.stringify(ports)}
${more}settings:
  hostName: mail.here.example
  domains: [here.example]
  ${users.replaceAll('\n', '\n  ')}
  authentication: { methods: [PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256] }
`

/** Rejects with all that it said when the exit code is not 0. */
export const ran = async (file: string, parameters: readonly string[], seconds: number): Promise<Finished> => {
  const finished = await run(file, parameters, { seconds })
  if (finished.code !== 0) throw new Error(`${file} ${parameters.join(' ')}\n${finished.output}`)
  return finished
}

/** Node with its libraries, this project with what it depends on, the settings: nothing else is in the image. */
const fill = async (root: string): Promise<void> => {
  const { output: libraries } = await ran('ldd', [process.execPath], 20)
  const files = [...libraries.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file = '']) => file)
  for (const file of files) {
    await mkdir(join(root, dirname(file)), { recursive: true })
    await cp(file, join(root, file), { dereference: true })
  }
  for (const folder of ['bin', 'etc', 'tmp', 'app']) await mkdir(join(root, folder), { recursive: true })
  await cp(process.execPath, join(root, 'bin/node'), { dereference: true })
  await writeFile(join(root, 'etc/settings.yaml'), serverSettings)
  const { output: kept } = await ran('npm', ['ls', '--omit=dev', '--all', '--parseable', '--prefix', home()], 60)
  const packages = kept.split('\n').filter((line) => line.includes('node_modules'))
  const own = ['package.json', 'server', 'simulators', 'probes', 'targets', 'steps', 'report', 'cli', 'fixtures']
  for (const path of [...own.map((name) => home(name)), ...packages])
    await cp(path, join(root, 'app', relative(home(), path)), { recursive: true, dereference: true })
}

export interface Containers {
  /** What `testcontainers` needs to know of the runtime. */
  readonly environment: Readonly<Record<string, string>>
  /** Calls Podman. */
  readonly podman: (parameters: readonly string[], seconds: number) => Promise<Finished>
}

/** Podman, serving, with `image` made; or why there can be none: a program to install, or the kernel's own words. */
export const openContainers = async (
  checks: Checks,
): Promise<Containers | { readonly install: string } | { readonly kernel: string }> => {
  const podman = findProgram('podman')
  if (podman === undefined || findProgram('runc') === undefined)
    return { install: 'install podman, runc, netavark and iptables' }
  const place = (name: string): string => join(checks.folder, name)
  await writeFile(place('containers.conf'), podmanConfiguration)
  process.env['CONTAINERS_CONF'] = place('containers.conf')
  const own = ['--root', place('storage'), '--runroot', place('run')]
  await mkdir(place('root'))
  await fill(place('root'))
  await ran('tar', ['-C', place('root'), '-cf', place('root.tar'), '.'], 60)
  const serve = ['/bin/node', '/app/cli/main.ts', 'serve', '--settings', '/etc/settings.yaml', '--data', '/data']
  const command = `CMD ${JSON.stringify(serve)}`
  await ran(podman, [...own, 'import', '--change', command, place('root.tar'), image], 120)
  checks.stops.defer(async () => void (await run(podman, [...own, 'rmi', '--all', '--force'], { seconds: 40 })))
  const trial = await run(podman, [...own, 'run', '--rm', image, '/bin/node', '--version'], { seconds: 60 })
  if (trial.code !== 0) return { kernel: trial.output }
  const socket = `unix://${place('podman.sock')}`
  checks.own(() => start(podman, [...own, 'system', 'service', '--time=0', socket]))
  await setTimeout(2000)
  return {
    // The library's own sweeper is an image of a registry.
    environment: { DOCKER_HOST: socket, TESTCONTAINERS_RYUK_DISABLED: 'true', NO_COLOR: '1' },
    podman: async (parameters, seconds) => ran(podman, [...own, ...parameters], seconds),
  }
}
