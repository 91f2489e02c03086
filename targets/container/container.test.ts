import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { placeIn } from './container.ts'
import { readContainerFile } from './file.ts'
import type { ContainerFile } from './file.ts'
import { startContainer, whyNoRuntime } from './runtime.ts'
import type { Library } from './runtime.ts'

const settings = 'settings: {hostName: mail.here.example, domains: [here.example], users: [{name: alice}]}'

const read = (text: string): ContainerFile => {
  const found = readContainerFile(text, '/srv')
  if (found.kind === 'mistakes') throw new Error(found.mistakes.join('; '))
  return found.container
}

test('a file that says little has the ports of mail, and waits for them', () => {
  const { ports, ready, policy, files } = read(`image: mail\n${settings}`)
  expect({ ports, ready, files, trusted: policy.trustedHosts, inner: policy.ports }).toEqual({
    ports: { relay: 25 },
    ready: { seconds: 60 },
    files: {},
    trusted: [],
    inner: {},
  })
})

test('paths of files begin beside the file, values of the environment are texts', () => {
  const { files, environment, policy } = read(
    `image: mail\nports: {submission: 587}\nfiles: {/etc/a: ./a, /etc/b: /b}\nenvironment: {N: 3}\n${settings}`,
  )
  expect({ files, environment, ports: policy.ports }).toEqual({
    files: { '/etc/a': '/srv/a', '/etc/b': '/b' },
    environment: { N: '3' },
    ports: { submission: 587 },
  })
})

test.each([
  ['no YAML', 'image: [', /^it is no YAML: /],
  ['no image', settings, /^image: .*; the form is in docs\/container\.md$/],
  ['a port that is none', `image: m\nports: {relay: 70000}\n${settings}`, /^ports\.relay: /],
  ['a path that is not absolute', `image: m\nfiles: {etc/a: a}\n${settings}`, /^files\.etc\/a: /],
  ['ready told twice', `image: m\nready: {log: up, healthy: true}\n${settings}`, /^ready: .*not by both/],
  [
    'a trusted host',
    `image: m\n${settings.replace('users', 'trustedHosts: [127.0.0.1], users')}`,
    /^settings: .*trustedHosts/,
  ],
  ['nobody here', `image: m\n${settings.replace('{name: alice}', '')}`, /^settings\.users: alice is missing/],
])('%s is said', (_, text, sentence) => {
  const found = readContainerFile(text, '/srv')
  expect(found.kind === 'mistakes' ? found.mistakes.join('; ') : 'read').toMatch(sentence)
})

/** Notes what the library is asked for, and gives ports as a runtime does. */
const noting = (said: unknown[]): Library => {
  const container: Record<string, (...given: unknown[]) => unknown> = {}
  for (const name of [
    'ExposedPorts',
    'Environment',
    'CopyFilesToContainer',
    'Command',
    'WaitStrategy',
    'StartupTimeout',
  ])
    container[`with${name}`] = (...given) => {
      said.push([name, ...given])
      return container
    }
  container['start'] = async () => ({
    getHost: () => 'localhost',
    getMappedPort: (port: number) => port + 40_000,
    stop: async () => undefined,
  })
  const Wait = {
    forLogMessage: (text: string) => `log ${text}`,
    forHealthCheck: () => 'health',
    forListeningPorts: () => 'ports',
  }
  // A constructor that gives an object back is what `new` gives.
  const GenericContainer = function (image: string) {
    said.push(['image', image])
    return container
  }
  const library: unknown = { GenericContainer, Wait, getContainerRuntimeClient: async () => undefined }
  return library as Library
}

test('the runtime is asked for what the file says, and tells where the ports are', async () => {
  const said: unknown[] = []
  const file = read(
    `image: mail\nports: {submission: 587}\nfiles: {/etc/a: a}\ncommand: [run]\nready: {log: up, seconds: 5}\n${settings}`,
  )
  const started = await startContainer(noting(said), file)
  expect(said).toEqual([
    ['image', 'mail'],
    ['ExposedPorts', 25, 587],
    ['Environment', {}],
    ['CopyFilesToContainer', [{ source: '/srv/a', target: '/etc/a' }]],
    ['WaitStrategy', 'log up'],
    ['StartupTimeout', 5000],
    ['Command', ['run']],
  ])
  expect(placeIn(started, file)).toEqual({ host: '127.0.0.1', ports: { relay: 40_025, submission: 40_587 } })
})

test('a runtime that does not answer is a sentence with the way out', async () => {
  const library = noting([])
  const reason = await whyNoRuntime({
    ...library,
    getContainerRuntimeClient: async () => {
      throw new Error('no strategy')
    },
  })
  expect(reason).toBe('no container runtime answers (no strategy); start Docker or Podman, or set DOCKER_HOST')
  expect(await whyNoRuntime(library)).toBeUndefined()
})

test('the file that the page shows is one', async () => {
  const { readFileSync } = await import('node:fs')
  const page = readFileSync(fileURLToPath(new URL('../../docs/container.md', import.meta.url)), 'utf8')
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
  expect(read(text).policy.users.map(({ name }) => name)).toEqual(['alice', 'carol'])
})
