/**
 * What a server tells of itself: the greeting, and the lines that answer EHLO.
 */
import assert from 'node:assert/strict'
import { Then } from '@cucumber/cucumber'
import type { MailWorld } from '../world.ts'
import { client, textOf } from './wire.ts'

/** Registered keywords (IANA, mail parameters) and the form of what may follow them; none has another. */
const registered: Readonly<Record<string, RegExp>> = {
  SIZE: /^(?: \d{1,20})?$/,
  '8BITMIME': /^$/,
  BINARYMIME: /^$/,
  CHUNKING: /^$/,
  PIPELINING: /^$/,
  SMTPUTF8: /^$/,
  DSN: /^$/,
  ENHANCEDSTATUSCODES: /^$/,
  STARTTLS: /^$/,
  AUTH: /^(?: [A-Z0-9_-]{1,20})+$/,
  EXPN: /^$/,
  HELP: /^$/,
  ETRN: /^$/,
  VRFY: /^$/,
  DELIVERBY: /^(?: \d+)?$/,
  FUTURERELEASE: /^ \d+ \S+$/,
  MTRK: /^$/,
  BURL: /^(?: \S+)*$/,
  ATRN: /^$/,
  'MT-PRIORITY': /^(?: \S+)?$/,
  RRVS: /^$/,
  REQUIRETLS: /^$/,
  NO: /^ SOLICITING.*$/,
  LIMITS: /^(?: [A-Z]+=\S+)+$/,
}

Then('EHLO is answered with registered keywords and their parameters', async function (this: MailWorld) {
  const reply = await client(this).say('EHLO client.example')
  assert.equal(reply.code, 250, textOf(reply))
  const [name = '', ...lines] = reply.lines
  assert.match(name, /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?: |$)/, 'the first line begins with a domain')
  assert.ok(lines.length > 0, 'no extension is offered')
  for (const line of lines) {
    const [, keyword = '', parameters = ''] = /^([A-Za-z0-9][A-Za-z0-9-]*)((?: [!-~]+)*)$/.exec(line) ?? []
    assert.notEqual(keyword, '', `"${line}" is no keyword with parameters`)
    if (/^X/i.test(keyword)) continue
    assert.match(parameters, registered[keyword.toUpperCase()] ?? /^ is not registered$/, `"${line}" is not registered`)
  }
})

Then('HELO is answered in one line', async function (this: MailWorld) {
  const reply = await client(this).say('HELO client.example')
  assert.equal(reply.code, 250, textOf(reply))
  assert.equal(reply.lines.length, 1, textOf(reply))
})

Then('the greeting says {}', function (this: MailWorld, what: string) {
  const forms: Readonly<Record<string, RegExp>> = {
    'which software answers': /^\S+ (?:ESMTP )?[A-Za-z][\w.-]{2,}/,
    'no version': /^[^\d]*$/,
    'why, in words': /^\S+(?: \S+){4,}$/,
  }
  const form = forms[what]
  if (form === undefined) throw new Error(`a greeting says ${Object.keys(forms).join(', or ')}`)
  // Whoever likes to may tell it (RFC 5321 §3.1). Ours does not.
  if (what === 'no version' && this.target.isOurs !== true) return
  assert.match(client(this).replies[0]?.lines.join(' ') ?? '', form)
})
