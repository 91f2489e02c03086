/**
 * curl: smtp:// and smtps:// with the certificate verified, TLS demanded, and the methods that libcurl has everywhere.
 */
import type { Role } from '../support/service.ts'
import { far, here, messageOf, sender } from './post.ts'
import type { ClientCase, Expected, Post } from './post.ts'

interface Wish {
  readonly what: string
  readonly role: Role
  readonly from?: 'trusted'
  readonly to: string
  readonly more?: readonly string[]
  readonly expected: Expected
}

const login = (method: string, password = "alice's password"): readonly string[] => [
  '--user',
  `alice:${password}`,
  '--login-options',
  `AUTH=${method}`,
]
const methods = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const
/** curl's words for a refused recipient, and for refused credentials. */
const sendFailed = 55
const loginDenied = 67

const wishes: readonly Wish[] = [
  { what: 'smtp:// to a local user', role: 'relay', to: here, expected: { here: 1 } },
  { what: 'smtp:// with TLS demanded', role: 'relay', to: here, more: ['--ssl-reqd'], expected: { here: 1 } },
  { what: 'a trusted host relays', role: 'relay', from: 'trusted', to: far, expected: { far: 1 } },
  {
    what: 'a stranger may not relay',
    role: 'relay',
    to: far,
    expected: { refused: /55\d 5\.7\.1/, code: sendFailed },
  },
  ...methods.flatMap((method): Wish[] => [
    {
      what: `${method}, TLS demanded, relays`,
      role: 'submission',
      to: far,
      more: ['--ssl-reqd', ...login(method)],
      expected: { far: 1 },
    },
    { what: `${method} over smtps:// relays`, role: 'submissions', to: far, more: login(method), expected: { far: 1 } },
    {
      what: `${method} with a wrong password is refused`,
      role: 'submissions',
      to: far,
      more: login(method, 'not the password'),
      expected: { refused: /535 5\.7\.8/, code: loginDenied },
    },
  ]),
  {
    what: 'its own choice of method, with an initial response',
    role: 'submissions',
    to: far,
    more: ['--sasl-ir', '--user', "alice:alice's password"],
    expected: { far: 1 },
  },
  {
    what: 'no authentication, no submission',
    role: 'submissions',
    to: far,
    expected: { refused: /530 5\.7\.0/ },
  },
]

export const curlCases: readonly ClientCase[] = wishes.map(({ what, role, from, to, more = [], expected }) => ({
  what,
  parameters: (_token: string, { service }: Post) => {
    const { host, port } = service.endpoint(role)
    const url = `${role === 'submissions' ? 'smtps' : 'smtp'}://${host}:${port}/client.example`
    const where = ['--url', url, '--interface', service[from ?? 'stranger'], '--cacert', service.authorityFile]
    const whom = ['--mail-from', sender, '--mail-rcpt', to, '--upload-file', '-']
    return ['--verbose', '--silent', '--show-error', '--max-time', '15', ...where, ...whom, ...more]
  },
  options: (token: string) => ({ input: messageOf(token, to) }),
  expected,
}))
