/** The files for other people's builds cannot be run here: they are read, held to their form, and every command line in them to our own. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { describe, expect, test, vi } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { home } from './home.ts'
import { register as registerReport } from './report.ts'
import { run } from './run.ts'
import { register as registerTargets } from './targets.ts'
import { register as registerVerify } from './verify.ts'

type Tree = Readonly<Record<string, unknown>>

const textOf = (file: string): string => readFileSync(home(file), 'utf8')
const at = (tree: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((part, step) => (part as Record<string | number, unknown> | undefined)?.[step], tree)

/** What variables of the files stand for in a run. */
const values: Readonly<Record<string, string>> = {
  SMTPSPEC_TARGET: 'reference',
  SMTPSPEC_REPORT: 'report',
  SMTPSPEC_FAIL_ON: 'must',
  SMTPSPEC_RETRY: '0',
  SMTPSPEC_INSTALL: 'postfix',
  SMTPSPEC_PARTS: '8',
  SMTPSPEC_BASELINE: 'known.json',
  SMTPSPEC_SHARD: '1/4',
  CI_NODE_INDEX: '1',
  CI_NODE_TOTAL: '4',
  part: '1',
  PWD: '/work',
}
/** Arrays of the shell that the action fills. */
const arrays: Readonly<Record<string, readonly string[]>> = {
  '${selection[@]}': ['features/mail-service'],
  '${optional[@]}': ['--baseline', 'known.json', '--shard', '1/4'],
}

/** A simple command of a shell as words; what follows `||` or `&&` is another. */
const wordsOf = (line: string): readonly string[] =>
  (
    line
      .split(/ (?:\|\||&&) /)[0]
      ?.trim()
      .match(/"[^"]*"|\S+/g) ?? []
  ).flatMap((word) => {
    const bare = word.replaceAll('"', '')
    return (
      arrays[bare] ?? [
        bare.replaceAll(/\$\{?(\w+)\}?/g, (_all, name: string) => {
          const value = values[name]
          if (value === undefined) throw new Error(`nobody says what $${name} is in: ${line}`)
          return value
        }),
      ]
    )
  })

/** Lines that call smtpspec; in a Dockerfile also the words of its last lines. */
const callsIn = (file: string): readonly (readonly string[])[] => {
  const text = textOf(file)
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^[#\s]*(?:- |&& |run: )?/, '').replace(/ \\$/, ''))
    .filter((line) => /^smtpspec (?!in |and )/.test(line))
    .map((line) => wordsOf(line).slice(1))
  const docker = [...text.matchAll(/^#   docker run .*? smtpspec (.*)$/gm)].map(([, line = '']) => wordsOf(line))
  const [, command] = /^CMD (\[.*\])$/m.exec(text) ?? []
  return [...lines, ...docker, ...(command === undefined ? [] : [JSON.parse(command) as string[]])]
}

/** Reads a command line as `smtpspec` would, and does nothing of it; why it is refused, or undefined. */
const refusal = async (words: readonly string[]): Promise<string | undefined> => {
  const program = new Command('smtpspec').exitOverride().configureOutput({ writeErr: () => undefined })
  for (const register of [registerVerify, registerReport, registerTargets]) register(program)
  let reached = false
  const tame = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined })
    if (command.commands.length === 0) command.action(() => void (reached = true))
    for (const inner of command.commands) tame(inner)
  }
  tame(program)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return reached ? undefined : 'no command was reached'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const files = ['action.yml', 'ci/gitlab.yml', 'ci/kubernetes-job.yaml', 'Dockerfile']
const calls = files.flatMap((file) => callsIn(file).map((words) => [file, words.join(' '), words] as const))

describe('command lines', () => {
  test.each([
    ['action.yml', 2],
    ['ci/gitlab.yml', 2],
    ['ci/kubernetes-job.yaml', 2],
    ['Dockerfile', 4],
  ])('%s holds %i of ours', (file, count) => {
    expect(calls.filter(([name]) => name === file)).toHaveLength(count)
  })

  test.each(calls)('%s: smtpspec %s is understood', async (_file, _text, words) => {
    expect(await refusal(words)).toBeUndefined()
  })

  test.each(['verify --no-such-option', 'verify --fail-on never', 'report merge parts', 'targets fetch postfix'])(
    'smtpspec %s is not',
    async (line) => {
      expect(await refusal(line.split(' '))).toBeDefined()
    },
  )

  test('the part that a pod runs is really listed', async () => {
    const found = calls.find(([file, text]) => file.startsWith('ci/kubernetes') && text.startsWith('verify'))
    const written: string[] = []
    const writing = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text))
      return true
    })
    try {
      await run([...(found?.[2] ?? []), 'features/mail-service', '--list'])
    } finally {
      writing.mockRestore()
    }
    expect(written.join('')).toMatch(/features\/mail-service\//)
    expect(process.exitCode ?? 0).toBe(0)
  })
})

describe('action.yml', () => {
  const action = parse(textOf('action.yml')) as Tree
  const steps = at(action, 'runs', 'steps') as readonly Tree[]

  test('is a composite action whose steps say their shell', () => {
    expect(at(action, 'runs', 'using')).toBe('composite')
    expect(steps.filter((step) => step['run'] !== undefined && step['shell'] !== 'bash')).toEqual([])
    expect(steps.filter((step) => (step['run'] === undefined) === (step['uses'] === undefined))).toEqual([])
  })

  test('names only inputs that it has, uses each, and never puts one into a script', () => {
    const inputs = Object.keys(action['inputs'] as object)
    const named = [...textOf('action.yml').matchAll(/\$\{\{ inputs\.([\w-]+)/g)].map(([, name]) => name)
    const conditions = [...textOf('action.yml').matchAll(/if: inputs\.([\w-]+)/g)].map(([, name]) => name)
    expect(new Set([...named, ...conditions])).toEqual(new Set(inputs))
    expect(steps.filter((step) => typeof step['run'] === 'string' && step['run'].includes('${{'))).toEqual([])
  })
})

test('the GitLab template merges what its parts leave', () => {
  const { smtpspec, 'smtpspec-report': report, stages } = parse(textOf('ci/gitlab.yml')) as Record<string, Tree>
  expect(smtpspec?.['parallel']).toBe(4)
  expect(at(smtpspec, 'artifacts', 'paths')).toEqual(['parts/'])
  expect(report?.['needs']).toEqual(['smtpspec'])
  expect(at(report, 'artifacts', 'reports', 'junit')).toBe('smtpspec-report/junit.xml')
  expect([smtpspec?.['stage'], report?.['stage']]).toEqual(stages)
})

test('the Kubernetes Job has as many indexes as parts, and a volume for all of them', () => {
  const documents = parseAllDocuments(textOf('ci/kubernetes-job.yaml')).map((one) => one.toJS() as Tree)
  const [job, merging, claim] = documents
  const parts = (at(job, 'spec', 'template', 'spec', 'containers', 0, 'env') as readonly Tree[])[1]
  expect(documents.map(({ kind }) => kind)).toEqual(['Job', 'Job', 'PersistentVolumeClaim'])
  expect([at(job, 'spec', 'completionMode'), at(job, 'spec', 'completions')]).toEqual([
    'Indexed',
    Number(parts?.['value']),
  ])
  expect(at(job, 'spec', 'completions')).toBe(at(job, 'spec', 'parallelism'))
  for (const one of [job, merging])
    expect(at(one, 'spec', 'template', 'spec', 'volumes', 0, 'persistentVolumeClaim', 'claimName')).toBe(
      at(claim, 'metadata', 'name'),
    )
  expect(at(claim, 'spec', 'accessModes')).toEqual(['ReadWriteMany'])
})

test('the Dockerfile keeps the usual rules', () => {
  const lines = textOf('Dockerfile').replaceAll('\\\n', ' ').split('\n')
  const instructions = lines.filter((line) => line !== '' && !line.startsWith('#'))
  expect(instructions.filter((line) => !/^(?:FROM|WORKDIR|COPY|RUN|ENV|ENTRYPOINT|CMD) /.test(line))).toEqual([])
  const broken = instructions.filter(
    (line) =>
      (line.startsWith('FROM ') && !/^FROM [\w-]+:\d[\w.-]*(?: AS \w+)?$/.test(line)) ||
      (line.startsWith('WORKDIR ') && !line.startsWith('WORKDIR /')) ||
      (/^(?:ENTRYPOINT|CMD) /.test(line) && !/^\w+ \[".*"\]$/.test(line)) ||
      (line.includes('apt-get install') &&
        !/apt-get update .*--no-install-recommends .*rm -rf \/var\/lib\/apt\/lists\/\*$/.test(line)),
  )
  expect(broken).toEqual([])
  const copied = instructions.filter((line) => line.startsWith('COPY package.json')).flatMap((line) => line.split(' '))
  for (const file of copied.filter((word) => word.includes('.') && word !== './')) expect(textOf(file)).not.toBe('')
})
