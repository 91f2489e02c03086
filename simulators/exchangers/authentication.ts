/**
 * The server's side of AUTH for an exchanger that wants credentials: PLAIN, LOGIN, CRAM-MD5 and SCRAM-SHA-256 (RFC 4954,
 * 4616, 2195, 5802).
 *
 * The exchange asks through `ask` (a 334 with a challenge) and comes to a user's name or a reason for refusing.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { answerScram } from './scram.ts'
import type { Known } from './scram.ts'

export interface AuthenticationResult {
  readonly user?: string
  /** 535 wrong credentials, 501 bad base64 or cancelled, 504 unknown method. */
  readonly code: 235 | 501 | 504 | 535
}

export const METHODS: readonly string[] = ['PLAIN', 'LOGIN', 'CRAM-MD5']
const KNOWN_METHODS: ReadonlySet<string> = new Set([...METHODS, 'SCRAM-SHA-256'])

/**
 * @param ask Sends the challenge (clear text, base64 is added) and resolves to the client's next line, if one came.
 * @returns undefined when the client went away.
 */
export async function authenticate(
  argument: string,
  known: Known,
  hostName: string,
  ask: (challenge: string) => Promise<string | undefined>,
): Promise<AuthenticationResult | undefined> {
  const [method = '', initial] = argument.split(' ')
  const name = method.toUpperCase()
  if (!(known.methods ?? METHODS).includes(name) || !KNOWN_METHODS.has(name)) return { code: 504 }
  const answer = async (challenge: string): Promise<string | 501 | undefined> => {
    const line = await ask(challenge)
    return line === undefined ? undefined : (decoded(line) ?? 501)
  }
  const matches = (user: string, password: string): AuthenticationResult =>
    user === known.user && password === known.password ? { code: 235, user } : { code: 535 }

  switch (name) {
    case 'PLAIN': {
      const message = initial === undefined ? await answer('') : (decoded(initial === '=' ? '' : initial) ?? 501)
      if (message === undefined) return undefined
      if (message === 501) return { code: 501 }
      const [, user = '', password = ''] = message.split('\0')
      return matches(user, password)
    }
    case 'LOGIN': {
      const user = initial === undefined ? await answer('Username:') : (decoded(initial) ?? 501)
      if (user === undefined) return undefined
      if (user === 501) return { code: 501 }
      const password = await answer('Password:')
      if (password === undefined) return undefined
      return password === 501 ? { code: 501 } : matches(user, password)
    }
    case 'SCRAM-SHA-256': {
      const first = initial === undefined ? await answer('') : (decoded(initial) ?? 501)
      return first === 501 ? { code: 501 } : await answerScram(first, known, answer)
    }
    default: {
      const challenge = `<${randomBytes(8).toString('hex')}@${hostName}>`
      const response = await answer(challenge)
      if (response === undefined) return undefined
      if (response === 501) return { code: 501 }
      const digest = createHmac('md5', known.password).update(challenge).digest('hex')
      return response === `${known.user} ${digest}` ? { code: 235, user: known.user } : { code: 535 }
    }
  }
}

function decoded(base64: string): string | undefined {
  const whole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)
  return whole ? Buffer.from(base64, 'base64').toString('utf8') : undefined
}
