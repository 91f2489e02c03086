/**
 * The diagram of the house as a test: which room may import which (DESIGN §3). A new edge fails here before it is built on.
 *
 * Rooms are folders (single files stand for rooms of their own). Types-only contracts (`contract.ts`, `ports.ts`,
 * `events.ts`, `envelope.ts`) are values, whoever's folder they lie in.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = import.meta.dirname

/** What each room may import besides itself. A room that is not here must not exist. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  // values
  'server/ports': ['server/message'],
  'server/protocol': [],
  'server/message': ['server/protocol'],
  'server/settings': ['server/protocol', 'server/ports'],
  'server/contracts': ['server/message', 'server/ports'],
  // decisions
  'server/policy': ['server/protocol', 'server/message', 'server/settings'],
  'server/routing': [
    'server/protocol',
    'server/message',
    'server/settings',
    'server/ports',
    'server/contracts',
    'server/policy',
  ],
  'server/bounce': ['server/protocol', 'server/message', 'server/settings', 'server/ports', 'server/contracts'],
  // effects
  'server/journal': ['server/contracts', 'server/ports'],
  'server/node': ['server/ports', 'server/settings'],
  'server/queue': ['server/protocol', 'server/message', 'server/settings', 'server/ports', 'server/contracts'],
  'server/mailbox': ['server/message', 'server/ports', 'server/contracts'],
  'server/delivery': [
    'server/protocol',
    'server/message',
    'server/settings',
    'server/ports',
    'server/contracts',
    'server/policy',
    'server/routing',
  ],
  'server/reception': [
    'server/protocol',
    'server/message',
    'server/settings',
    'server/ports',
    'server/contracts',
    'server/policy',
    'server/journal',
  ],
  // doors
  'server/admin': [
    'server/protocol',
    'server/message',
    'server/settings',
    'server/ports',
    'server/contracts',
    'server/journal',
  ],
  'server/main': [
    'server/protocol',
    'server/message',
    'server/settings',
    'server/ports',
    'server/contracts',
    'server/policy',
    'server/routing',
    'server/bounce',
    'server/journal',
    'server/node',
    'server/queue',
    'server/mailbox',
    'server/delivery',
    'server/reception',
    'server/admin',
  ],
  // the outside world, and what judges: nothing of server/
  simulators: [],
  report: [],
  // the suite
  targets: ['server/main', 'server/settings', 'server/journal', 'simulators', 'cli'],
  // what is tried by the features and by `smtpspec probe` alike
  probes: ['simulators'],
  steps: ['server/settings', 'simulators', 'targets', 'cli', 'report', 'probes'],
  cli: [
    'server/main',
    'server/admin',
    'server/settings',
    'server/journal',
    'server/contracts',
    'server/ports',
    'report',
    'targets',
    'simulators',
    'probes',
  ],
  // plants defects by their source text: it imports nothing of what it changes
  eyesight: ['report', 'cli'],
  // clients, servers, crashes and rubbish
  interop: ['server/settings', 'simulators', 'steps', 'targets', 'cli', 'report'],
  bench: [
    'server/main',
    'server/queue',
    'server/message',
    'server/ports',
    'server/settings',
    'server/protocol',
    'server/node',
    'simulators',
    'steps',
    'targets',
    'cli',
    // a large report, in the browser of the interop checks
    'report',
    'interop',
  ],
  fuzz: [
    'server/main',
    'server/node',
    'server/settings',
    'server/journal',
    'server/contracts',
    'server/ports',
    'simulators',
  ],
}

const contractFiles = /^server\/(?:journal\/events|queue\/contract|mailbox\/contract)\.ts$/

const roomOf = (file: string): string => {
  if (contractFiles.test(file)) return 'server/contracts'
  const parts = file.split('/')
  if (parts[0] !== 'server') return parts[0] ?? ''
  return `server/${(parts[1] ?? '').replace(/\.ts$/, '')}`
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('/fixture'))

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, specifier]) => specifier ?? '',
  )

const folders = [
  'server',
  'simulators',
  'report',
  'targets',
  'probes',
  'steps',
  'cli',
  'bench',
  'interop',
  'fuzz',
  'eyesight',
]
const files = folders.flatMap(filesBelow)

test('every room imports only rooms that stand below it', () => {
  const edges = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({ file, to: relative(root, join(root, dirname(file), specifier)).replaceAll('\\', '/') }))
      .filter(({ to }) => {
        const [from, into] = [roomOf(file), roomOf(to)]
        return from !== into && !(mayImport[from] ?? []).includes(into)
      })
      .map(({ to }) => `${file} → ${to}`),
  )
  expect(edges).toEqual([])
})

test('the protocol imports nothing but itself, not even node', () => {
  const foreign = filesBelow('server/protocol').flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !specifier.startsWith('.'))
      .map((specifier) => `${file} → ${specifier}`),
  )
  expect(foreign).toEqual([])
})

test('nothing in the server but the node ports reads the clock or draws lots', () => {
  const readers = filesBelow('server')
    .filter((file) => !file.startsWith('server/node'))
    .filter((file) =>
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bsetTimeout\(|\bsetInterval\(/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
    )
  expect(readers).toEqual([])
})

test('what a packed module reads it finds through cli/home.ts: dist/ lies one folder deeper than a clone', () => {
  const own = new Set(['eyesight', 'interop', 'bench', 'fuzz'])
  const readers = files.filter(
    (file) => !own.has(roomOf(file)) && readFileSync(join(root, file), 'utf8').includes('import.meta.dirname'),
  )
  expect(readers).toEqual([])
})

/** Longer files, and why they are still one job. */
const longWithReason: Readonly<Record<string, string>> = {
  'server/settings/schema.ts': 'one schema with a sentence for every field: the manual of the settings',
  'simulators/contract.ts': 'one vocabulary of the outside world',
}

test('a file is one job: at most 300 lines', () => {
  const long = files
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
    .filter(({ file, lines }) => lines > 300 && longWithReason[file] === undefined)
    .map(({ file, lines }) => `${file}: ${lines}`)
  expect(long).toEqual([])
})

test('a file opens with what it promises', () => {
  const silent = files.filter((file) => !/^(?:#!.*\n)?\/\*\*/.test(readFileSync(join(root, file), 'utf8')))
  expect(silent).toEqual([])
})
