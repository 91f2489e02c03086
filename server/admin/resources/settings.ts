/**
 * The settings over HTTP: read without secrets, replaced whole, or changed in part (RFC 7396).
 */
import { z } from 'zod'
import { withDefaults } from '../../settings/defaults.ts'
import { publishedSchema } from '../../settings/jsonschema.ts'
import type { Applied } from '../../settings/keeper.ts'
import { settingsSchema } from '../../settings/schema.ts'
import type { Answer, Context, Operation } from '../operation.ts'
import { json, operation } from '../operation.ts'
import { refused } from '../problem.ts'

const remarkView = z.object({
  place: z.string().describe('Where in the settings.'),
  line: z.int().optional(),
  says: z.string().describe('What is worth a word.'),
  remedy: z.string().describe('What could be done about it.'),
})

/** What every change of settings answers. */
export const appliedView = z.object({
  remarks: z.array(remarkView).describe('What is worth a word about the settings that hold now.'),
})

export function appliedAnswer(applied: Applied): Answer {
  return applied.kind === 'applied'
    ? json({ remarks: applied.remarks })
    : refused('settings-mistakes', applied.mistakes)
}

const anyGroup = z.record(z.string(), z.unknown())
const applied = { status: 200, description: 'The change holds and is saved.', schema: appliedView } as const

export const settingsOperations: readonly Operation[] = [
  operation({
    method: 'get',
    path: '/api/settings',
    id: 'readSettings',
    tag: 'settings',
    summary: 'The settings as they are saved, without passwords, verifiers, secrets and tokens.',
    query: {
      defaults: z.enum(['true', 'false']).default('false').describe('Fill in every default.'),
    },
    answer: { status: 200, description: 'The settings.', schema: settingsSchema, published: publishedSchema() },
    handle: ({ query }, { administration }) => {
      const document = administration.settings.redacted()
      return json(query.defaults === 'true' ? withDefaults(document) : document)
    },
  }),
  operation({
    method: 'put',
    path: '/api/settings',
    id: 'replaceSettings',
    tag: 'settings',
    summary: 'Replace the settings; what reading them does not show (passwords, the token) is kept unless given anew.',
    body: {
      type: 'application/json',
      schema: anyGroup,
      published: publishedSchema(),
      example: { hostName: 'mail.here.example' },
    },
    answer: applied,
    problems: [413, 415, 422],
    handle: async ({ body }, { administration }: Context) => appliedAnswer(await administration.settings.replace(body)),
  }),
  operation({
    method: 'patch',
    path: '/api/settings',
    id: 'changeSettings',
    tag: 'settings',
    summary:
      'Change some of the settings by a JSON Merge Patch (RFC 7396): null removes a field, lists are replaced whole.',
    body: {
      type: 'application/merge-patch+json',
      schema: anyGroup,
      example: { incoming: { allowed: true, domains: ['here.example'] } },
    },
    answer: applied,
    problems: [413, 415, 422],
    handle: async ({ body }, { administration }: Context) => appliedAnswer(await administration.settings.change(body)),
  }),
  operation({
    method: 'get',
    path: '/api/settings/schema',
    id: 'readSettingsSchema',
    tag: 'settings',
    summary: 'The JSON Schema of the settings, with a sentence for every field.',
    answer: { status: 200, description: 'A JSON Schema (2020-12).', schema: anyGroup },
    handle: () => json(publishedSchema()),
  }),
]
