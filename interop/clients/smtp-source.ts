/**
 * smtp-source, Postfix's load generator: many sessions at once, sessions that are kept, many recipients, larger messages.
 * It comes from 127.0.0.1, whatever one does.
 */
import { postfixRemedy } from '../support/postfix.ts'
import type { PostfixPlace } from '../support/postfix.ts'
import { far, here, sender } from './post.ts'
import type { ClientCase, Expected, Post } from './post.ts'

interface Wish {
  readonly what: string
  readonly to: string
  readonly load: readonly string[]
  readonly expected: Expected
}

const wishes: readonly Wish[] = [
  {
    what: '300 messages to a local user, a session each, 20 at once',
    to: here,
    load: ['-s', '20', '-m', '300', '-l', '1000'],
    expected: { here: 300 },
  },
  {
    what: '1000 messages far away over 10 sessions that are kept',
    to: far,
    load: ['-d', '-s', '10', '-m', '1000', '-l', '4096'],
    expected: { far: 1000 },
  },
  {
    what: '10 messages for 100 recipients each',
    to: far,
    load: ['-s', '2', '-m', '10', '-r', '100', '-l', '500'],
    expected: { far: 1000 },
  },
  {
    what: '20 messages of 1 MB',
    to: far,
    load: ['-s', '4', '-m', '20', '-l', '1000000'],
    expected: { far: 20 },
  },
]

export const smtpSourceSuite = (
  place: PostfixPlace | undefined,
): { readonly name: string; readonly remedy: string; readonly cases: readonly ClientCase[] } => ({
  name: place?.program('smtp-source') ?? 'smtp-source',
  remedy: postfixRemedy,
  cases: wishes.map(({ what, to, load, expected }) => ({
    what,
    parameters: (token: string, { service }: Post) => {
      const { host, port } = service.endpoint('relay')
      return [...load, '-S', token, '-M', 'client.example', '-f', sender, '-t', to, `inet:${host}:${port}`]
    },
    options: () => ({ seconds: 60, environment: place?.environment ?? {} }),
    expected,
  })),
})
