/**
 * nodemailer, the mail library of Node: one message by each method and each way to TLS, a pool of sessions that are kept,
 * and its refusals.
 */
import { createTransport } from 'nodemailer'
import type SMTPTransport from 'nodemailer/lib/smtp-transport'
import { expect } from '../support/checks.ts'
import type { Checks } from '../support/checks.ts'
import type { Role } from '../support/service.ts'
import { far, here, journalTail, sender } from './post.ts'
import type { Expected, Post } from './post.ts'

interface Wish {
  readonly what: string
  readonly role: Role
  readonly method?: string
  readonly password?: string
  readonly to: string
  readonly expected: Expected
}

const methods = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const
const pooled = 50

const wishes: readonly Wish[] = [
  { what: 'STARTTLS to a local user', role: 'relay', to: here, expected: { here: 1 } },
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
      expected: { refused: /535 5\.7\.8/ },
    },
  ]),
]

const optionsFor = (
  { role, method, password }: Omit<Wish, 'what' | 'to' | 'expected'>,
  { service }: Post,
): SMTPTransport.Options => ({
  ...service.endpoint(role),
  name: 'client.example',
  localAddress: service.stranger,
  secure: role === 'submissions',
  requireTLS: role !== 'submissions',
  tls: { ca: service.scene.authority },
  connectionTimeout: 10_000,
  socketTimeout: 10_000,
  ...(method !== undefined && {
    authMethod: method,
    auth: { user: 'alice', pass: password ?? "alice's password" },
  }),
})

const letter = (token: string, to: string): SMTPTransport.MailOptions => ({
  from: sender,
  to,
  subject: token,
  text: 'Hello.\n.a line that begins with a dot\n',
})

export const checkNodemailer = async (checks: Checks, post: Post): Promise<void> => {
  for (const wish of wishes) {
    await checks.check(`nodemailer: ${wish.what}`, async (evidence) => {
      const token = post.nextToken()
      const transport = createTransport(optionsFor(wish, post))
      let refusal: string | undefined
      try {
        const { response } = await transport.sendMail(letter(token, wish.to))
        evidence.note('reply', response)
      } catch (fault) {
        refusal = String(fault)
        evidence.note('refusal', refusal)
      } finally {
        transport.close()
      }
      evidence.note('journal', await journalTail(post.service))
      const { refused } = wish.expected
      if (refused === undefined) expect(refusal === undefined, 'it was refused')
      else expect(refused.test(refusal ?? ''), `it should have been refused like ${String(refused)}`)
      await post.arrived(token, wish.expected)
    })
  }
  await checks.check(`nodemailer: ${pooled} messages over a pool of kept sessions`, async () => {
    const token = post.nextToken()
    const transport = createTransport({
      ...optionsFor({ role: 'submission', method: 'PLAIN' }, post),
      pool: true,
      maxConnections: 3,
      maxMessages: 20,
    })
    try {
      await Promise.all(Array.from({ length: pooled }, () => transport.sendMail(letter(token, far))))
    } finally {
      transport.close()
    }
    await post.arrived(token, { far: pooled })
  })
}
