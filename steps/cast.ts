/**
 * The people of the scenarios: who they are, where they stand in the network, and how they hand in mail.
 *
 * One role each, everywhere: alice originates, bob receives far away, carol is a second recipient here, mallory is a
 * stranger. A scenario may put a person somewhere else ("alice is a stranger"); nothing else about them changes.
 */
import type { Submission } from '../simulators/contract.ts'

/**
 * Where somebody speaks from and how: `stranger` and `trusted` come to the relay listener from an untrusted or a trusted
 * network; the others come from an untrusted network to a submission listener and try to authenticate.
 */
export type Standing = 'stranger' | 'trusted' | 'authenticated' | 'wrong-password'

export interface Person {
  readonly name: string
  mailbox: string
  standing: Standing
  /** The method of authentication; the client's own choice when absent. */
  method?: string
  tls: NonNullable<Submission['tls']>
  role: 'relay' | 'submission' | 'submissions'
  /** A password other than the right one. */
  password?: string
  /** Loopback address, given on first use. */
  source?: string
}

export const passwordOf = (name: string): string => `${name}'s password`

const person = (name: string, mailbox: string, standing: Standing): Person => ({
  name,
  mailbox,
  standing,
  tls: 'none',
  role: 'relay',
})

export const newCast = (): ReadonlyMap<string, Person> =>
  new Map(
    [
      person('alice', 'alice@here.example', 'trusted'),
      person('bob', 'bob@there.example', 'stranger'),
      person('carol', 'carol@here.example', 'trusted'),
      person('mallory', 'mallory@elsewhere.example', 'stranger'),
    ].map((member) => [member.name, member]),
  )

/** Puts a person somewhere: which listener they use and how they show who they are follows from it. */
export const place = (who: Person, standing: Standing): void => {
  who.standing = standing
  const authenticates = standing === 'authenticated' || standing === 'wrong-password'
  who.role = authenticates ? 'submission' : 'relay'
  who.tls = authenticates ? 'starttls' : 'none'
  if (standing === 'wrong-password') who.password = 'not the password'
  else delete who.password
  delete who.source
}
