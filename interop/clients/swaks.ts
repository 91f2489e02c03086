/**
 * swaks, the postmaster's own test client: every method, every way to TLS, pipelining, and what strangers may and may not.
 */
import type { Role } from '../support/service.ts'
import { far, here, sender } from './post.ts'
import type { ClientCase, Expected, Post } from './post.ts'

interface Wish {
  readonly what: string
  readonly role: Role
  readonly from: 'stranger' | 'trusted'
  readonly to: string
  readonly more?: readonly string[]
  readonly expected: Expected
}

const password = ['--auth-user', 'alice', '--auth-password', "alice's password"]
const wrong = ['--auth-user', 'alice', '--auth-password', 'not the password']
const methods = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const

const wishes: readonly Wish[] = [
  { what: 'a stranger writes to a local user', role: 'relay', from: 'stranger', to: here, expected: { here: 1 } },
  {
    what: 'a stranger may not relay',
    role: 'relay',
    from: 'stranger',
    to: far,
    expected: { refused: /<\*\* 55\d 5\.7\.1/, code: 24 },
  },
  { what: 'a trusted host relays', role: 'relay', from: 'trusted', to: far, expected: { far: 1 } },
  {
    what: 'a trusted host writes to both at once',
    role: 'relay',
    from: 'trusted',
    to: `${here},${far}`,
    expected: { here: 1, far: 1 },
  },
  {
    what: 'HELO only',
    role: 'relay',
    from: 'stranger',
    to: here,
    more: ['--protocol', 'SMTP'],
    expected: { here: 1 },
  },
  { what: 'pipelining', role: 'relay', from: 'stranger', to: here, more: ['--pipeline'], expected: { here: 1 } },
  {
    what: 'STARTTLS on the relay listener',
    role: 'relay',
    from: 'stranger',
    to: here,
    more: ['--tls'],
    expected: { here: 1 },
  },
  {
    what: 'STARTTLS and pipelining, to both at once',
    role: 'relay',
    from: 'trusted',
    to: `${here},${far}`,
    more: ['--tls', '--pipeline'],
    expected: { here: 1, far: 1 },
  },
  {
    what: 'an unknown local user is refused',
    role: 'relay',
    from: 'stranger',
    to: 'nobody@here.example',
    expected: { refused: /<\*\* 550 5\.1\.1/, code: 24 },
  },
  ...methods.flatMap((method): Wish[] => [
    {
      what: `AUTH ${method} after STARTTLS relays`,
      role: 'submission',
      from: 'stranger',
      to: far,
      more: ['--tls', '--auth', method, ...password],
      expected: { far: 1 },
    },
    {
      what: `AUTH ${method} under implicit TLS relays`,
      role: 'submissions',
      from: 'stranger',
      to: far,
      more: ['--tls-on-connect', '--auth', method, ...password],
      expected: { far: 1 },
    },
    {
      what: `AUTH ${method} with a wrong password is refused`,
      role: 'submission',
      from: 'stranger',
      to: far,
      more: ['--tls', '--auth', method, ...wrong],
      expected: { refused: /<~\* 535 5\.7\.8/, code: 28 },
    },
  ]),
  {
    what: 'AUTH and pipelining',
    role: 'submission',
    from: 'stranger',
    to: far,
    more: ['--tls', '--pipeline', '--auth', 'PLAIN', ...password],
    expected: { far: 1 },
  },
  {
    what: 'no password without TLS',
    role: 'submission',
    from: 'stranger',
    to: far,
    more: ['--auth', 'PLAIN', ...password],
    expected: { refused: /./, code: 28 },
  },
  {
    what: 'no submission without authentication',
    role: 'submission',
    from: 'stranger',
    to: far,
    more: ['--tls'],
    expected: { refused: /<~\* 530 5\.7\.0/ },
  },
]

export const swaksCases: readonly ClientCase[] = wishes.map(({ what, role, from, to, more = [], expected }) => ({
  what,
  parameters: (token: string, { service }: Post) => {
    const { host, port } = service.endpoint(role)
    const where = ['--server', host, '--port', String(port), '--local-interface', service[from]]
    const whom = ['--from', sender, '--to', to, '--helo', 'client.example', '--timeout', '10']
    return [...where, ...whom, '--header', `Subject: ${token}`, '--body', 'Hello.', ...more]
  },
  expected,
}))
