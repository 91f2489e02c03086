/**
 * The policy file of a server that is already there: what it is set to, said by whoever runs it, because nobody can ask it.
 *
 * The suite's people have to live there: the server takes mail for alice@here.example (and carol, where there is one).
 * Mistakes are sentences with the place, what is wrong and how to mend it; all of them at once.
 */
import { z } from 'zod'
import { mechanism } from '../../server/settings/schema.ts'
import { portSchema, readDescribed } from '../described.ts'
import { extensions } from './offers.ts'

export const policySchema = z.strictObject({
  hostName: z.string().min(1),
  domains: z
    .array(z.string())
    .refine(
      (domains) => domains.includes('here.example'),
      'here.example is missing: the features write to people there',
    ),
  users: z
    .array(z.strictObject({ name: z.enum(['alice', 'carol']), password: z.string().min(1).optional() }))
    .refine((users) => users.some(({ name }) => name === 'alice'), 'alice is missing: the features write to her'),
  ports: z.strictObject({ submission: portSchema.optional(), submissions: portSchema.optional() }).prefault({}),
  authentication: z
    .strictObject({ methods: z.array(mechanism).default([]), clearText: z.boolean().default(false) })
    .prefault({}),
  trustedHosts: z.array(z.string()).default([]),
  /** Without it the server is asked. */
  extensions: z.array(z.enum(extensions)).readonly().optional(),
  takesEveryRecipient: z.boolean().default(false),
  settings: z.record(z.string(), z.unknown()).default({}),
})

export type Policy = z.output<typeof policySchema>

export type ReadPolicy =
  | { readonly kind: 'read'; readonly policy: Policy }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] }

export const readPolicy = (text: string): ReadPolicy => {
  const read = readDescribed(text, policySchema, 'docs/host.md')
  return read.kind === 'read' ? { kind: 'read', policy: read.value } : read
}
