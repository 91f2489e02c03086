/**
 * Python's smtplib: STARTTLS and SMTP_SSL with the certificate verified, its three methods, internationalized mail, and
 * what it is refused.
 */
import { home } from '../../cli/home.ts'
import type { Role } from '../support/service.ts'
import { far, here, sender } from './post.ts'
import type { ClientCase, Expected, Post } from './post.ts'

interface Wish {
  readonly what: string
  readonly role: Role
  readonly tls: 'none' | 'starttls' | 'implicit'
  readonly method?: string
  readonly password?: string
  readonly source?: 'trusted'
  readonly from?: string
  readonly to: readonly string[]
  readonly text?: string
  readonly expected: Expected
}

const methods = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const

const wishes: readonly Wish[] = [
  { what: 'in clear to a local user', role: 'relay', tls: 'none', to: [here], expected: { here: 1 } },
  { what: 'STARTTLS to a local user', role: 'relay', tls: 'starttls', to: [here], expected: { here: 1 } },
  {
    what: 'a stranger may not relay',
    role: 'relay',
    tls: 'none',
    to: [far],
    expected: { refused: /SMTPRecipientsRefused.*55\d.*5\.7\.1/ },
  },
  {
    what: 'of two recipients the refused one is told, and the other gets it',
    role: 'relay',
    tls: 'none',
    to: [here, far],
    expected: { here: 1, refused: /refused: \{'bob@far\.example'/ },
  },
  ...methods.flatMap((method): Wish[] => [
    {
      what: `${method} after starttls() relays`,
      role: 'submission',
      tls: 'starttls',
      method,
      to: [far],
      expected: { far: 1 },
    },
    {
      what: `${method} over SMTP_SSL relays`,
      role: 'submissions',
      tls: 'implicit',
      method,
      to: [far],
      expected: { far: 1 },
    },
    {
      what: `${method} with a wrong password is refused`,
      role: 'submission',
      tls: 'starttls',
      method,
      password: 'not the password',
      to: [far],
      expected: { refused: /SMTPAuthenticationError\(535/ },
    },
  ]),
  {
    what: 'send_message with SMTPUTF8',
    role: 'relay',
    tls: 'none',
    source: 'trusted',
    from: 'jürgen@elsewhere.example',
    to: ['用户@far.example'],
    text: 'Grüße, 世界.\n',
    expected: { far: 1 },
  },
  {
    what: 'no authentication, no submission',
    role: 'submissions',
    tls: 'implicit',
    to: [far],
    expected: { refused: /530/ },
  },
]

export const smtplibCases: readonly ClientCase[] = wishes.map((wish) => ({
  what: wish.what,
  parameters: (token: string, { service }: Post) => {
    const { method, tls, to, role } = wish
    const asked = {
      ...service.endpoint(role),
      authority: service.authorityFile,
      source: service[wish.source ?? 'stranger'],
      tls,
      token,
      to,
      from: wish.from ?? sender,
      text: wish.text ?? 'Hello.\n.a line that begins with a dot\n',
      ...(method !== undefined && { method, user: 'alice', password: wish.password ?? "alice's password" }),
    }
    return [home('interop/clients/smtplib-session.py'), JSON.stringify(asked)]
  },
  expected: wish.expected,
}))
