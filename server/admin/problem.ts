/**
 * What the API says when it cannot do what was asked: RFC 9457 problem details, with what, where, and how to mend it.
 *
 * `title` tells what, `detail` this case, `remedy` what to do, `mistakes` the places of a document that was refused.
 */
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import type { Mistake } from '../settings/mistake.ts'

const mistakeSchema = z.object({
  place: z.string().describe('Where in the document or query: incoming.domains[1].'),
  line: z.int().optional().describe('The line in the settings file.'),
  found: z.string().describe('What stood there.'),
  wrong: z.string().describe('What is wrong with it.'),
  remedy: z.string().describe('How to mend it.'),
})

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe('The name of the HTTP status.'),
    status: z.int().describe('The HTTP status.'),
    code: z.string().describe('The kind of problem, for programs: no-such-message, settings-mistakes …'),
    detail: z.string().describe('One sentence about this case.'),
    instance: z.string().describe('The path that was asked for.'),
    remedy: z.string().describe('One sentence: how to mend it.'),
    mistakes: z.array(mistakeSchema).optional().describe('Everything that was wrong with what was sent.'),
  })
  .describe('Problem details (RFC 9457).')

export interface Problem {
  readonly kind: 'problem'
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500
  readonly code: string
  readonly detail: string
  readonly remedy: string
  readonly mistakes?: readonly Mistake[]
  readonly headers?: Readonly<Record<string, string>>
}

export function problem(status: Problem['status'], code: string, detail: string, remedy: string): Problem {
  return { kind: 'problem', status, code, detail, remedy }
}

/** What was sent is well formed but cannot be: all its mistakes. */
export function refused(code: string, mistakes: readonly Mistake[]): Problem {
  const count = mistakes.length === 1 ? 'One mistake keeps' : `${mistakes.length} mistakes keep`
  return {
    ...problem(
      422,
      code,
      `${count} this from being done; nothing was changed.`,
      'Mend what the list tells and send again.',
    ),
    mistakes,
  }
}

export function problemResponse(fault: Problem, instance: string): Response {
  const { status, code, detail, remedy, mistakes, headers } = fault
  const body: z.input<typeof problemSchema> = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    instance,
    remedy,
    ...(mistakes === undefined ? {} : { mistakes: [...mistakes] }),
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}
