/**
 * What the reply lint finds in one session, judged by its level: for servers whose other scenarios it does not fail.
 */
import assert from 'node:assert/strict'
import { Then } from '@cucumber/cucumber'
import { deviationText, lint } from '../../report/lint.ts'
import { client } from '../wire/wire.ts'
import type { MailWorld } from '../world.ts'

Then(/^no reply departs from a rule that is a (MUST|SHOULD)$/, function (this: MailWorld, level: string) {
  const { replies, conversation } = client(this)
  assert.ok(replies.length > 1, 'nothing was said')
  const found = lint(conversation.spoken).filter((deviation) => deviation.level === level.toLowerCase())
  assert.deepEqual(found.map(deviationText), [])
})
