/**
 * The post office of the real clients: hands them the server, gives every message a token of its own, and looks where it
 * arrived: in carol's mailbox here or at the exchanger far away, and how often.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Exchanger } from '../../simulators/contract.ts'
import { expect } from '../support/checks.ts'
import type { Checks, Evidence } from '../support/checks.ts'
import { findProgram, run } from '../support/program.ts'
import type { Finished, RunOptions } from '../support/program.ts'
import { openService } from '../support/service.ts'
import type { Service } from '../support/service.ts'

export const sender = 'alice@here.example'
export const here = 'carol@here.example'
export const far = 'bob@far.example'

export interface Post {
  readonly service: Service
  readonly exchanger: Exchanger
  nextToken(): string
  /** How many copies of the message lie here and were taken far away, in all. */
  arrivals(token: string): Promise<{ readonly here: number; readonly far: number }>
  /** Waits until everything is delivered, and expects so many copies and no more. */
  arrived(token: string, expected: { readonly here?: number; readonly far?: number }): Promise<void>
}

/** A server that 127.0.0.1 may relay through: some clients cannot choose where they come from. */
export const openPost = async (checks: Checks): Promise<Post> => {
  const service = await openService(checks, {
    change: (usual) => ({
      ...usual,
      relay: { trustedHosts: [...(usual.relay?.trustedHosts ?? []), '127.0.0.1'] },
      limits: { connectionsPerHost: 100 },
      authentication: { ...usual.authentication, failuresPerHost: 0 },
    }),
  })
  service.scene.dns.zone('far.example. MX 10 mx.far.example.')
  const exchanger = await service.scene.exchanger('mx.far.example')
  let tokens = 0
  const arrivals: Post['arrivals'] = async (token) => {
    const carries = (content: Uint8Array): boolean => Buffer.from(content).includes(`Subject: ${token}\r\n`)
    return {
      here: (await service.mailbox('carol')).filter(carries).length,
      far: exchanger.received.filter(({ content }) => carries(content)).flatMap(({ recipients }) => recipients).length,
    }
  }
  return {
    service,
    exchanger,
    nextToken: () => `token-${(tokens += 1)}-${process.pid}`,
    arrivals,
    async arrived(token, expected) {
      await service.drained(20)
      await setTimeout(20)
      const { here: atHome, far: away } = await arrivals(token)
      expect(
        atHome === (expected.here ?? 0) && away === (expected.far ?? 0),
        `${token} should have arrived ${expected.here ?? 0} times here and ${expected.far ?? 0} times far away; it did ${atHome} and ${away} times`,
      )
    },
  }
}

/** What should come of a client's attempt: so many copies delivered, and a refusal in these words or none. */
export interface Expected {
  readonly here?: number
  readonly far?: number
  readonly refused?: RegExp
  /** The exit code of a client that was refused. */
  readonly code?: number
}

export interface ClientCase {
  readonly what: string
  readonly parameters: (token: string, post: Post) => readonly string[]
  readonly options?: (token: string, post: Post) => RunOptions
  readonly expected: Expected
}

/** A message as a file or on standard input. */
export const messageOf = (token: string, to: string): string =>
  [`From: <${sender}>`, `To: <${to}>`, `Subject: ${token}`, '', 'Hello.', '.a line that begins with a dot', ''].join(
    '\r\n',
  )

/** The last of the journal, for whoever must understand a failure. */
export const journalTail = async (service: Service): Promise<string> =>
  (await readFile(join(service.folder, 'data/journal.jsonl'), 'utf8').catch(() => ''))
    .trimEnd()
    .split('\n')
    .slice(-40)
    .join('\n')

const judge = async (token: string, post: Post, { code, output }: Finished, expected: Expected): Promise<void> => {
  if (expected.refused === undefined) expect(code === 0, `the exit code is ${code}`)
  else {
    expect(code !== 0, 'the client should have been refused, and was not')
    expect(expected.refused.test(output), `the refusal should have been like ${String(expected.refused)}`)
    expect(expected.code === undefined || code === expected.code, `the exit code is ${code}, not ${expected.code}`)
  }
  await post.arrived(token, expected)
}

/** Runs one client after the other; when the program is not installed, each of its cases is missing. */
export const runCases = async (
  checks: Checks,
  post: Post,
  { name, remedy, cases }: { readonly name: string; readonly remedy: string; readonly cases: readonly ClientCase[] },
): Promise<void> => {
  const file = name.startsWith('/') ? name : findProgram(name)
  if (file === undefined) {
    for (const { what } of cases) checks.missing(`${name}: ${what}`, `${name} is not installed (${remedy})`)
    return
  }
  for (const { what, parameters, options, expected } of cases) {
    await checks.check(`${name.split('/').at(-1)}: ${what}`, async (evidence: Evidence) => {
      const token = post.nextToken()
      const said = parameters(token, post)
      const finished = await run(file, said, options?.(token, post))
      evidence.note('command', [file, ...said].join(' '))
      evidence.note(`the client said (exit code ${finished.code})`, finished.output)
      try {
        await judge(token, post, finished, expected)
      } catch (fault) {
        evidence.note('journal', await journalTail(post.service))
        evidence.note('console', post.service.console())
        throw fault
      }
    })
  }
}
