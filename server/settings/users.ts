/**
 * The users of the mail service, one at a time: shown without their passwords, added, changed, removed.
 *
 * Each change is a change of the settings, with all their checks.
 */
import type { Applied, Keeper } from './keeper.ts'
import { mergePatch } from './merge-patch.ts'
import type { SettingsDocument } from './schema.ts'
import { sameName } from './shapes.ts'

export type UserDocument = NonNullable<SettingsDocument['users']>[number]

export type UserChange =
  | Applied
  | { readonly kind: 'no-such-user' }
  /** The name is taken already. */
  | { readonly kind: 'taken' }

export interface Users {
  /** Without passwords, verifiers and secrets. */
  list(): readonly UserDocument[]
  add(user: UserDocument): Promise<UserChange>
  /** JSON Merge Patch (RFC 7396) on what `list` shows. */
  change(name: string, patch: unknown): Promise<UserChange>
  /** The mailbox stays. */
  remove(name: string): Promise<UserChange>
}

export function createUsers(keeper: Keeper): Users {
  const list = (): readonly UserDocument[] => keeper.redacted().users ?? []
  return {
    list,
    async add(user) {
      const added = await keeper.edit((document) => {
        const users = document.users ?? []
        return users.some(({ name }) => sameName(name, user.name))
          ? undefined
          : { ...document, users: [...users, user] }
      })
      return added ?? { kind: 'taken' }
    },
    async change(name, patch) {
      const changed = await keeper.edit((document) => {
        const users: readonly unknown[] | undefined = document.users
        const index = document.users?.findIndex((user) => user.name === name) ?? -1
        return index === -1 ? undefined : { ...document, users: users?.with(index, mergePatch(users[index], patch)) }
      })
      return changed ?? { kind: 'no-such-user' }
    },
    async remove(name) {
      const removed = await keeper.edit((document) => {
        const left = document.users?.filter((user) => user.name !== name) ?? []
        return left.length === (document.users?.length ?? 0) ? undefined : { ...document, users: left }
      })
      return removed ?? { kind: 'no-such-user' }
    },
  }
}
