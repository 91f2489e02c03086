/**
 * msmtp, a sendmail in the user's hand: both ways to TLS with the server's certificate verified, and every method that its
 * build has.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Role } from '../support/service.ts'
import { findProgram, run } from '../support/program.ts'
import { far, here, messageOf, sender } from './post.ts'
import type { ClientCase, Expected, Post } from './post.ts'

interface Wish {
  readonly what: string
  readonly role: Role
  readonly method?: string
  readonly password?: string
  readonly tls?: boolean
  readonly to: string
  readonly expected: Expected
}

/** Methods that both sides can have. */
const shared = ['plain', 'login', 'cram-md5', 'scram-sha-256', 'scram-sha-256-plus'] as const

/** The methods of the installed build; those that any has, when it is not installed. */
const methodsOfBuild = async (): Promise<readonly string[]> => {
  const file = findProgram('msmtp')
  if (file === undefined) return shared.slice(0, 3)
  const { output } = await run(file, ['--version'])
  const words = /authentication methods:\n(.*)\n/.exec(output)?.[1]?.split(' ') ?? []
  return shared.filter((method) => words.includes(method))
}

const configuration = (
  { role, method, password = "alice's password", tls = true }: Wish,
  { service }: Post,
): string => {
  const { host, port } = service.endpoint(role)
  return [
    'account default',
    `host ${host}`,
    `port ${port}`,
    `source_ip ${service.stranger}`,
    `from ${sender}`,
    'domain client.example',
    'timeout 10',
    ...(tls
      ? ['tls on', `tls_starttls ${role === 'submissions' ? 'off' : 'on'}`, `tls_trust_file ${service.authorityFile}`]
      : ['tls off']),
    ...(method === undefined ? ['auth off'] : [`auth ${method}`, 'user alice', `password "${password}"`]),
    '',
  ].join('\n')
}

export const msmtpCases = async (): Promise<readonly ClientCase[]> => {
  const methods = await methodsOfBuild()
  const wishes: readonly Wish[] = [
    { what: 'in clear to a local user', role: 'relay', tls: false, to: here, expected: { here: 1 } },
    { what: 'STARTTLS, certificate verified, to a local user', role: 'relay', to: here, expected: { here: 1 } },
    { what: 'a stranger may not relay', role: 'relay', to: far, expected: { refused: /55\d 5\.7\.1/ } },
    ...methods.flatMap((method): Wish[] => [
      { what: `${method} after STARTTLS relays`, role: 'submission', method, to: far, expected: { far: 1 } },
      { what: `${method} under implicit TLS relays`, role: 'submissions', method, to: far, expected: { far: 1 } },
      {
        what: `${method} with a wrong password is refused`,
        role: 'submission',
        method,
        password: 'not the password',
        to: far,
        expected: { refused: /authentication failed/i },
      },
    ]),
    { what: 'its own choice of method', role: 'submission', method: 'on', to: far, expected: { far: 1 } },
    {
      what: 'no authentication, no submission',
      role: 'submissions',
      to: far,
      expected: { refused: /530 5\.7\.0/ },
    },
  ]
  return wishes.map((wish, number) => ({
    what: wish.what,
    parameters: (_token: string, post: Post) => {
      const file = join(post.service.folder, `msmtp-${number}`)
      writeFileSync(file, configuration(wish, post), { mode: 0o600 })
      return ['--file', file, '--debug', wish.to]
    },
    options: (token: string) => ({ input: messageOf(token, wish.to).replaceAll('\r\n', '\n') }),
    expected: wish.expected,
  }))
}
