/**
 * What must not be seen or kept: passwords become verifiers before anything is saved, and nobody is shown either.
 *
 * A user's password in clear is kept (as `secret`) only while CRAM-MD5, which cannot do without, is on. Who reads the
 * settings through the API sees no password, verifier, secret or token, and may send back what was read: what is not
 * shown is not lost.
 */
import type { SettingsDocument } from './schema.ts'

type UserDocument = NonNullable<SettingsDocument['users']>[number]

export type MakeVerifier = (password: string) => Promise<string>

/** The document as it may be saved: no password, a verifier for everyone who had one, secrets only as needed. */
export async function sealed(document: SettingsDocument, makeVerifier: MakeVerifier): Promise<SettingsDocument> {
  const { users } = document
  if (users === undefined) return document
  const needsSecret = document.authentication?.methods?.includes('CRAM-MD5') ?? false
  return { ...document, users: await Promise.all(users.map((user) => sealedUser(user, needsSecret, makeVerifier))) }
}

async function sealedUser(user: UserDocument, needsSecret: boolean, makeVerifier: MakeVerifier): Promise<UserDocument> {
  const { password, secret, verifier, ...rest } = user
  const clear = password ?? secret
  const isNew = clear !== undefined && (password !== undefined || verifier === undefined)
  const kept = isNew ? await makeVerifier(clear) : verifier
  return {
    ...rest,
    ...(kept === undefined ? {} : { verifier: kept }),
    ...(needsSecret && clear !== undefined ? { secret: clear } : {}),
  }
}

/** The document without anything secret; still a valid document. */
export function redacted(document: SettingsDocument): SettingsDocument {
  const { users, outgoing, admin, ...rest } = document
  return {
    ...rest,
    ...(users === undefined ? {} : { users: users.map(redactedUser) }),
    ...(outgoing === undefined ? {} : { outgoing: redactedOutgoing(outgoing) }),
    ...(admin === undefined ? {} : { admin: without(admin, 'token') }),
  }
}

function redactedUser(user: UserDocument): UserDocument {
  return without(without(without(user, 'password'), 'verifier'), 'secret')
}

function redactedOutgoing(outgoing: NonNullable<SettingsDocument['outgoing']>): typeof outgoing {
  const { smarthost } = outgoing
  return smarthost === undefined ? outgoing : { ...outgoing, smarthost: without(smarthost, 'password') }
}

/**
 * A document that came from somebody who saw only the redacted one, completed from the present document: users keep
 * what they log in with, the API its token, and the same user at the same smarthost its password.
 */
export function completed(document: SettingsDocument, present: SettingsDocument): SettingsDocument {
  const { users, outgoing, admin } = document
  const token = present.admin?.token
  const before = present.outgoing?.smarthost
  const smarthost = outgoing?.smarthost
  const keepsPassword =
    smarthost !== undefined &&
    before?.password !== undefined &&
    smarthost.password === undefined &&
    smarthost.user === before.user &&
    smarthost.host === before.host
  return {
    ...document,
    ...(users === undefined ? {} : { users: users.map((user) => completedUser(user, present.users ?? [])) }),
    ...(keepsPassword ? { outgoing: { ...outgoing, smarthost: { ...smarthost, password: before.password } } } : {}),
    ...(token === undefined || admin?.token !== undefined ? {} : { admin: { ...admin, token } }),
  }
}

function completedUser(user: UserDocument, present: readonly UserDocument[]): UserDocument {
  if (user.password !== undefined || user.verifier !== undefined || user.secret !== undefined) return user
  const before = present.find(({ name }) => name === user.name)
  return {
    ...user,
    ...(before?.verifier === undefined ? {} : { verifier: before.verifier }),
    ...(before?.secret === undefined ? {} : { secret: before.secret }),
  }
}

function without<T extends object, K extends keyof T>(group: T, name: K): Omit<T, K> & { [key in K]?: never } {
  const { [name]: _gone, ...rest } = group
  return rest as Omit<T, K> & { [key in K]?: never }
}
