import { describe, expect, test } from 'vitest'
import { Conversation } from '../conversation.ts'
import type { Opened, OpeningTerms } from '../conversation.ts'
import type { Talk } from './dialogue.ts'
import { feeds, rehearse } from './fixture-rehearsal.ts'
import type { Cast } from './fixture-rehearsal.ts'

const usual: OpeningTerms = { name: 'mail.here.example', verb: 'EHLO', tls: 'when-offered' }

function* openAndQuit(terms: OpeningTerms): Talk<Opened> {
  const conversation = new Conversation()
  const opened = yield* conversation.open(terms)
  yield* conversation.quit()
  return opened
}

interface Row {
  readonly name: string
  readonly terms?: Partial<OpeningTerms>
  readonly cast?: Cast
  readonly script: string
  readonly comesTo: object
}

const greeted = `
  S: 220 mx.there.example
  C: EHLO mail.here.example`
const farewell = `
  C: QUIT
  S: 221 bye`

const rows: readonly Row[] = [
  {
    name: 'EHLO with nothing but a first line offers nothing',
    script: `${greeted}\nS: 250 mx.there.example\n${farewell}`,
    comesTo: { kind: 'open', verb: 'EHLO', offer: { pipelining: false, size: false, dsn: false } },
  },
  {
    name: 'multi-line greeting; keywords in any case; parameters that say nothing are skipped',
    script: `
      S: 220-mx.there.example
      S: 220 at your service
      C: EHLO mail.here.example
      S: 250-mx.there.example greets you
      S: 250-pipeLINING
      S: 250-size 1000
      S: 250-smtputf8 x y
      S: 250-8bitmime
      S: 250-AUTH=LOGIN
      S: 250-X-OTHER thing
      S: 250
      ${farewell}`,
    comesTo: {
      kind: 'open',
      offer: { pipelining: true, size: true, maximumSize: 1000, utf8: true, eightBit: true, mechanisms: ['LOGIN'] },
    },
  },
  {
    name: 'BINARYMIME counts only beside CHUNKING, SIZE 0 is no limit',
    script: `${greeted}\nS: 250-mx\nS: 250-BINARYMIME\nS: 250 SIZE 0\n${farewell}`,
    comesTo: { kind: 'open', offer: { binary: false, chunking: false, size: true } },
  },
  ...['500', '502', '504', '550', '554 no EHLO here'].map((reply) => ({
    name: `EHLO refused with ${reply}: HELO on the same connection`,
    script: `${greeted}\nS: ${reply}\nC: HELO mail.here.example\nS: 250 ok\n${farewell}`,
    comesTo: { kind: 'open', verb: 'HELO', offer: { pipelining: false } },
  })),
  {
    name: 'EHLO refused for now',
    script: `${greeted}\nS: 451 later\n${farewell}`,
    comesTo: { kind: 'refused', stage: 'EHLO', reply: { code: 451 } },
  },
  {
    name: 'EHLO and HELO refused',
    script: `${greeted}\nS: 550 no\nC: HELO mail.here.example\nS: 550 no\n${farewell}`,
    comesTo: { kind: 'refused', stage: 'HELO', reply: { code: 550 } },
  },
  ...[554, 521, 450].map((code) => ({
    name: `greeting ${code}: QUIT all the same`,
    script: `S: ${code} no\n${farewell}`,
    comesTo: { kind: 'refused', stage: 'greeting', reply: { code } },
  })),
  {
    name: 'greeting 421: QUIT, without waiting for long',
    script: `S: 421 busy\nC: QUIT\nS! closes`,
    comesTo: { kind: 'refused', stage: 'greeting', reply: { code: 421 } },
  },
  {
    name: 'no greeting',
    script: `S! stalls\nC: QUIT\nS! closes`,
    comesTo: { kind: 'breakdown', stage: 'greeting', cause: 'timeout' },
  },
  {
    name: 'closed on EHLO',
    script: `${greeted}\nS! closes`,
    comesTo: { kind: 'breakdown', stage: 'EHLO', cause: 'closed' },
  },
  {
    name: 'no SMTP at all',
    script: `S: SSH-2.0-OpenSSH\nC: QUIT\nS! closes`,
    comesTo: { kind: 'breakdown', stage: 'greeting', cause: 'garbled' },
  },
  {
    name: 'a code that is none',
    script: `${greeted}\nS: 650 what\nC: QUIT\nS! closes`,
    comesTo: { kind: 'breakdown', stage: 'EHLO', cause: 'garbled' },
  },
  {
    name: 'STARTTLS: what was offered before is forgotten, what was slipped in is not believed, no TLS within TLS',
    script: `${greeted}
      S: 250-mx
      S: 250-SIZE 5
      S: 250 STARTTLS
      C: STARTTLS
      S: 220 go
      S: 250-evil
      S: 250 DSN
      ! secured
      C: EHLO mail.here.example
      S: 250-mx
      S: 250-STARTTLS
      S: 250 PIPELINING
      ${farewell}`,
    comesTo: { kind: 'open', secure: true, offer: { pipelining: true, size: false, dsn: false } },
  },
  {
    name: 'STARTTLS refused: in clear where that is allowed',
    script: `${greeted}\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 not now\n${farewell}`,
    comesTo: { kind: 'open', secure: false },
  },
  {
    name: 'STARTTLS refused where TLS is required',
    terms: { tls: 'required' },
    script: `${greeted}\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 not now\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'tls', reply: { code: 454 } },
  },
  {
    name: 'TLS required and not offered',
    terms: { tls: 'required' },
    script: `${greeted}\nS: 250 mx\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'tls' },
  },
  {
    name: 'a bad certificate where TLS is required: QUIT right after the handshake',
    terms: { tls: 'required' },
    script: `${greeted}\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n! secured self-signed\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'certificate', reason: 'self-signed' },
  },
  {
    name: 'the handshake fails: not a word more',
    script: `${greeted}\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n! handshake fails`,
    comesTo: { kind: 'breakdown', stage: 'STARTTLS', cause: 'tls' },
  },
  {
    name: 'TLS not wanted',
    terms: { tls: 'never' },
    script: `${greeted}\nS: 250-mx\nS: 250 STARTTLS\n${farewell}`,
    comesTo: { kind: 'open', secure: false },
  },
  {
    name: 'PLAIN with its initial response',
    terms: { credentials: { mayShowPassword: true } },
    cast: { sasl: ({ step }) => (step === 'begin' ? '\0user\0secret' : '') },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH LOGIN PLAIN\nC: AUTH PLAIN AHVzZXIAc2VjcmV0\nS: 235 welcome\n${farewell}`,
    comesTo: { kind: 'open', authenticated: true },
  },
  {
    name: 'an empty initial response is =',
    terms: { credentials: { mayShowPassword: true } },
    cast: { sasl: () => '' },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN =\nS: 235\n${farewell}`,
    comesTo: { kind: 'open', authenticated: true },
  },
  {
    name: 'an initial response too long for a command waits for the challenge',
    terms: { credentials: { mayShowPassword: true } },
    cast: { sasl: () => 'x'.repeat(600) },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN\nS: 334 \nC: ${btoa('x'.repeat(600))}\nS: 235\n${farewell}`,
    comesTo: { kind: 'open', authenticated: true },
  },
  {
    name: 'LOGIN, when it is all there is',
    terms: { credentials: { mayShowPassword: true } },
    cast: { sasl: ({ step, data }) => (step === 'begin' ? undefined : data[0] === 0x55 ? 'alice' : 'secret') },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH login\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok\n${farewell}`,
    comesTo: { kind: 'open', authenticated: true },
  },
  {
    name: 'a challenge of ten thousand octets',
    terms: { credentials: { mayShowPassword: false } },
    cast: { sasl: ({ step, data }) => (step === 'begin' ? undefined : String(data.length)) },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH CRAM-MD5\nC: AUTH CRAM-MD5\nS: 334 ${btoa('c'.repeat(9000))}\nC: ${btoa('9000')}\nS: 235 ok\n${farewell}`,
    comesTo: { kind: 'open', authenticated: true },
  },
  {
    name: 'a challenge that is no base64 is cancelled, and the next mechanism tried',
    terms: { credentials: { mayShowPassword: true } },
    cast: { sasl: ({ mechanism, step }) => (step === 'begin' && mechanism === 'CRAM-MD5' ? undefined : 'p') },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH CRAM-MD5 PLAIN\nC: AUTH CRAM-MD5\nS: 334 @@@\nC: *\nS: 501 cancelled\nC: AUTH PLAIN cA==\nS: 235 ok\n${farewell}`,
    comesTo: { kind: 'open', authenticated: true },
  },
  {
    name: 'a server that goes on after the exchange was cancelled is left',
    terms: { credentials: { mayShowPassword: false } },
    cast: { sasl: () => undefined },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH CRAM-MD5\nC: AUTH CRAM-MD5\nS: 334 @\nC: *\nS: 334 @\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'authentication' },
  },
  {
    name: 'a success that SASL does not believe is none',
    terms: { credentials: { mayShowPassword: false } },
    cast: { sasl: ({ step }) => (step === 'success' ? undefined : 'c') },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH SCRAM-SHA-256\nC: AUTH SCRAM-SHA-256 Yw==\nS: 235 ok\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'authentication', reason: 'the server could not prove itself' },
  },
  {
    name: 'the password is not shown in clear',
    terms: { credentials: { mayShowPassword: false } },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH PLAIN LOGIN\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'authentication' },
  },
  {
    name: 'nor to a certificate that does not verify',
    terms: { credentials: { mayShowPassword: true } },
    script: `${greeted}\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n! secured expired\nC: EHLO mail.here.example\nS: 250-mx\nS: 250 AUTH PLAIN\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'authentication' },
  },
  ...[504, 534].map((code) => ({
    name: `authentication refused with ${code}: the next mechanism is tried`,
    terms: { credentials: { mayShowPassword: true } },
    cast: { sasl: () => 'p' },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN cA==\nS: ${code} no\nC: AUTH LOGIN cA==\nS: 235 ok\n${farewell}`,
    comesTo: { kind: 'open', authenticated: true },
  })),
  ...[535, 454].map((code) => ({
    name: `authentication refused with ${code}: no other mechanism is tried`,
    terms: { credentials: { mayShowPassword: true } },
    cast: { sasl: () => 'p' },
    script: `${greeted}\nS: 250-mx\nS: 250 AUTH PLAIN LOGIN\nC: AUTH PLAIN cA==\nS: ${code} no\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'authentication', reply: { code } },
  })),
  {
    name: 'a bad certificate under TLS from the first octet: QUIT',
    terms: { tls: 'established', certificateFault: 'expired', credentials: { mayShowPassword: true } },
    script: `S: 220 mx\n${farewell}`,
    comesTo: { kind: 'unsafe', lacks: 'certificate', reason: 'expired' },
  },
  {
    name: 'HELO at once for who hung up on EHLO',
    terms: { verb: 'HELO' },
    script: `S: 220 mx\nC: HELO mail.here.example\nS: 250 mx\n${farewell}`,
    comesTo: { kind: 'open', verb: 'HELO' },
  },
]

describe.each(feeds)('opening a session, replies fed as %s', (feed) => {
  test.each(rows)('$name', ({ terms, cast, script, comesTo }) => {
    const opened = rehearse(script, feed, openAndQuit({ ...usual, ...terms }), cast)
    expect(opened).toMatchObject(comesTo)
  })
})
