/**
 * The users of the mail service over HTTP; passwords go in and never come out.
 */
import { z } from 'zod'
import { user } from '../../settings/schema.ts'
import type { UserChange } from '../../settings/users.ts'
import { type Answer, json, operation, type Operation } from '../operation.ts'
import { problem } from '../problem.ts'
import { appliedAnswer, appliedView } from './settings.ts'

const userView = user.omit({ password: true, verifier: true, secret: true })
const name = z.string().min(1).describe('The name of the user.')
const changed = { status: 200, description: 'The change holds and is saved.', schema: appliedView } as const

function answerTo(change: UserChange, who: string): Answer {
  switch (change.kind) {
    case 'no-such-user':
      return problem(404, 'no-such-user', `There is no user "${who}".`, 'GET /api/users lists the users.')
    case 'taken':
      return problem(
        409,
        'name-taken',
        `There is a user "${who}" already.`,
        'Choose another name, or change that user.',
      )
    default:
      return appliedAnswer(change)
  }
}

export const userOperations: readonly Operation[] = [
  operation({
    method: 'get',
    path: '/api/users',
    id: 'listUsers',
    tag: 'users',
    summary: 'All users, without passwords.',
    answer: { status: 200, description: 'The users.', schema: z.object({ users: z.array(userView) }) },
    handle: (_values, { administration }) =>
      json({ users: administration.users.list().map((one) => Object.assign({ addresses: [], quota: 0 }, one)) }),
  }),
  operation({
    method: 'post',
    path: '/api/users',
    id: 'addUser',
    tag: 'users',
    summary: 'Add a user.',
    body: {
      type: 'application/json',
      schema: user,
      example: { name: 'alice', fullName: 'Alice Smith', password: 'correct horse battery staple' },
    },
    answer: { ...changed, status: 201, description: 'The user was added and saved.' },
    problems: [409, 413, 415, 422],
    handle: async ({ body }, { administration }) => {
      const answer = answerTo(await administration.users.add(body), body.name)
      return answer.kind === 'json'
        ? { ...answer, status: 201, location: `/api/users/${encodeURIComponent(body.name)}` }
        : answer
    },
  }),
  operation({
    method: 'patch',
    path: '/api/users/{name}',
    id: 'changeUser',
    tag: 'users',
    summary: 'Change a user by a JSON Merge Patch (RFC 7396); the name stays.',
    parameters: { name },
    body: {
      type: 'application/merge-patch+json',
      schema: z.looseObject({ name: z.never().optional().describe('The name of a user cannot be changed.') }),
      example: { password: 'another horse', quota: 1_000_000 },
    },
    answer: changed,
    problems: [404, 413, 415, 422],
    handle: async ({ parameters, body }, { administration }) =>
      answerTo(await administration.users.change(parameters.name, body), parameters.name),
  }),
  operation({
    method: 'delete',
    path: '/api/users/{name}',
    id: 'removeUser',
    tag: 'users',
    summary: 'Remove a user; the mailbox and its messages stay.',
    parameters: { name },
    answer: changed,
    problems: [404, 422],
    handle: async ({ parameters }, { administration }) =>
      answerTo(await administration.users.remove(parameters.name), parameters.name),
  }),
]
