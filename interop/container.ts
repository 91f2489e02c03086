/**
 * `--target container:` with a real container runtime: an image of our own server, made here without any registry, is
 * judged by the features like anybody's; and what does not come up is told as that.
 *
 * `node interop/container.ts`, as root with Podman. All that Podman keeps lies in a folder of this run's own. Where the
 * kernel does not let containers be, nothing can be shown, and the sentence is Podman's own.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { home } from '../cli/home.ts'
import { expect, runScript } from './support/checks.ts'
import type { Checks } from './support/checks.ts'
import { findProgram, run, start } from './support/program.ts'
import type { Finished } from './support/program.ts'

const program = home('cli/main.ts')
const image = 'localhost/smtpspec-interop:1'
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

const containerFile = (of: string, more: string): string => `image: ${of}
ports: ${JSON.stringify(ports)}
${more}settings:
  hostName: mail.here.example
  domains: [here.example]
  ${users.replaceAll('\n', '\n  ')}
  authentication: { methods: [PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256] }
`

const ran = async (file: string, parameters: readonly string[], seconds: number): Promise<Finished> => {
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

const script = async (checks: Checks): Promise<void> => {
  const podman = findProgram('podman')
  if (podman === undefined || findProgram('runc') === undefined) {
    checks.missing('a server in a container', 'install podman, runc, netavark and iptables')
    return
  }
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
  if (trial.code !== 0) {
    process.stdout.write(
      `this machine's kernel lets no container be:\n${trial.output}\n0 passed, 0 failed, 1 skipped\n`,
    )
    return
  }
  const socket = `unix://${place('podman.sock')}`
  checks.own(() => start(podman, [...own, 'system', 'service', '--time=0', socket]))
  await setTimeout(2000)
  // The library's own sweeper is an image of a registry.
  const environment = { DOCKER_HOST: socket, TESTCONTAINERS_RYUK_DISABLED: 'true', NO_COLOR: '1' }
  const verify = async (selection: readonly string[], file: string): Promise<Finished> =>
    run(process.execPath, [program, 'verify', ...selection, '--target', `container:${file}`], {
      seconds: 280,
      environment,
    })

  await checks.check(
    'testcontainers is fetched',
    async () => {
      await ran(process.execPath, [program, 'targets', 'install', 'container'], 120)
    },
    130,
  )
  await checks.check(
    'the features on the server in it',
    async (evidence) => {
      await writeFile(place('server.yaml'), containerFile(image, 'ready: { log: is ready }\n'))
      const { code, output } = await verify(['features/mail-service', 'features/session'], place('server.yaml'))
      evidence.note('what it said', output)
      expect(code === 0, `exit code ${code}`)
      const passed = Number(/scenarios in .*: (\d+) pass/.exec(output)?.[1] ?? 0)
      expect(passed >= 80, `${passed} scenarios passed`)
      return `${passed} scenarios`
    },
    300,
  )
  await checks.check(
    'an image that is nowhere is told as that',
    async (evidence) => {
      await writeFile(place('nowhere.yaml'), containerFile('localhost/smtpspec-nowhere:1', ''))
      const { code, output } = await verify(['features/mail-service'], place('nowhere.yaml'))
      evidence.note('what it said', output)
      expect(code === 3 && output.includes('smtpspec-nowhere'), `exit code ${code}`)
    },
    120,
  )
  await checks.check(
    'a server that does not listen is told as that',
    async (evidence) => {
      const idle = 'command: [/bin/node, -e, "setTimeout(() => {}, 60000)"]\nready: { seconds: 5 }\n'
      await writeFile(place('idle.yaml'), containerFile(image, idle))
      const { code, output } = await verify(['features/mail-service'], place('idle.yaml'))
      evidence.note('what it said', output)
      expect(code === 3, `exit code ${code}`)
    },
    120,
  )
  await checks.check('no container is left', async () => {
    const { output } = await ran(podman, [...own, 'ps', '--all', '--quiet'], 30)
    expect(output.trim() === '', output)
  })
}

await runScript(540, script)
