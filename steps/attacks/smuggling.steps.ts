/**
 * Smuggling: every end of data that is none, handed to the server as a stranger would and looked for in what it sends on.
 *
 * Inbound, a second message for carol stands behind each sequence: a server that ends the content there takes it. Outbound,
 * the octets that a far exchanger saw are searched.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import { emittedIn, findingText, hasBareLineEnd, receiversOf, sendersOf, variants } from '../../probes/smuggling.ts'
import type { Finding } from '../../probes/smuggling.ts'
import { severalFindings } from '../../report/expectations.ts'
import { NotApplicable } from '../../targets/faults.ts'
import { keepsLineEnds } from '../content.ts'
import type { MailWorld } from '../world.ts'
import { patience } from './patience.ts'
import { takenOf, tryAll } from './smuggling-tries.ts'

const findingsOf = new WeakMap<MailWorld, readonly Finding[]>()

const keep = (world: MailWorld, findings: readonly Finding[]): void => {
  findingsOf.set(world, findings)
  world.attach(findings.map(findingText).join('\n'), { mediaType: 'text/plain', fileName: 'smuggling' })
}

When(
  /^mallory sends every end of data that is none by (DATA|BDAT) (in clear|under TLS) (in one segment|split at every octet)$/,
  { timeout: patience },
  async function (this: MailWorld, command: 'DATA' | 'BDAT', privacy: string, segments: string) {
    if (command === 'BDAT') this.needs('chunking', 'takes no chunks')
    await this.serverRuns()
    const manner = {
      command,
      secure: privacy === 'under TLS',
      source: this.sourceOf(this.person('mallory')),
      from: 'mallory@elsewhere.example',
      to: 'alice@here.example',
      twice: this.target.isOurs !== true,
    }
    const told = await tryAll(this, manner, segments !== 'in one segment')
    keep(
      this,
      variants.map((variant, index): Finding => {
        const said = told[index] ?? ''
        const deviates = said.includes('ends the data')
        return { variant, told: said, deviates, exploitableWith: deviates ? sendersOf(variant) : [] }
      }),
    )
  },
)

Then('none of them ends the data', function (this: MailWorld) {
  const findings = findingsOf.get(this) ?? []
  const wrong = findings.filter(({ deviates }) => deviates)
  assert.equal(findings.length, variants.length, 'not every variant was tried')
  assert.ok(wrong.length === 0, severalFindings(wrong.map(findingText)))
})

Then('those that hold a bare CR or LF are refused', function (this: MailWorld) {
  const findings = findingsOf.get(this) ?? []
  const taken = findings.filter(({ variant, told }) => hasBareLineEnd(variant) && !/^content: 5\d\d$/.test(told))
  assert.ok(findings.length > 0, 'nothing was tried')
  assert.ok(taken.length === 0, severalFindings(taken.map(findingText)))
})

Then('what was taken for content arrives octet for octet', async function (this: MailWorld) {
  const stored = await this.mailbox('alice@here.example')
  keepsLineEnds(this)
  const taken = takenOf.get(this) ?? new Map<string, string>()
  assert.ok(taken.size > 0, 'nothing was taken')
  for (const [token, content] of taken) {
    const found = stored.map((message) => Buffer.from(message.content).toString('latin1'))
    const own = found.find((text) => text.includes(`Subject: ${token}\r\n`))
    assert.ok(own !== undefined, `${token} did not arrive`)
    assert.ok(own.endsWith(content), `${token} arrived changed:\n${JSON.stringify(own.slice(-content.length - 20))}`)
  }
})

Given('the server keeps bare CR and LF', function (this: MailWorld) {
  this.settings = { ...this.settings, refusals: { ...this.settings.refusals, bareLineEnds: 'keep' } }
})

/** RFC 5321 asks it for LF alone; that a CR is refused as well is our own servers' rule. */
Given('the server refuses bare CR and LF alike', function (this: MailWorld) {
  if (this.target.isOurs !== true) throw new NotApplicable('has a rule of its own for a CR that stands alone')
  this.settings = { ...this.settings, refusals: { ...this.settings.refusals, bareLineEnds: 'refuse' } }
})

// ─── Outbound ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The content behind each DATA that the far host's clients said, as it stood on the wire, without its true end. */
const contentsOnTheWire = (world: MailWorld, host: string): readonly string[] =>
  world.host(host).conversations.flatMap(({ spoken }) => {
    const said = Buffer.concat(spoken.filter(({ side }) => side === 'C').map(({ bytes }) => bytes)).toString('latin1')
    return [...said.matchAll(/\r\nDATA\r\n([^]*?)(?<=\r\n)\.\r\n/g)].map(([, content]) => content ?? '')
  })

When(
  /^alice sends every end of data that is none to (\S+@\S+) by (DATA|BDAT)$/,
  async function (this: MailWorld, to: string, command: 'DATA' | 'BDAT') {
    await this.serverRuns()
    const alice = this.person('alice')
    const manner = { command, secure: false, source: this.sourceOf(alice), from: alice.mailbox, to }
    await tryAll(this, manner, false)
    await this.rest()
  },
)

Then('{host} is sent none of them', function (this: MailWorld, host: string) {
  const wire = contentsOnTheWire(this, host)
  const emitted = new Set(wire.flatMap(emittedIn))
  const findings = variants.map((variant): Finding => {
    const sent = emitted.has(variant)
    const told = sent ? 'sent on as it is' : 'not sent on so'
    return {
      variant,
      told,
      deviates: sent && hasBareLineEnd(variant),
      exploitableWith: sent ? receiversOf([variant]) : [],
    }
  })
  keep(this, findings)
  const wrong = findings.filter(({ deviates }) => deviates)
  assert.equal(wrong.length, 0, wrong.map(findingText).join('\n'))
  assert.ok(
    wire.every((content) => !/\r(?!\n)|(?<!\r)\n/.test(content)),
    'a bare CR or LF was sent',
  )
})

/** Sent back to its sender, or with line ends in their place; what became of it is not this step's. */
Then('{host} is sent no CR or LF that stands alone', async function (this: MailWorld, host: string) {
  await this.rest()
  const sent = contentsOnTheWire(this, host)
  // In chunks it has no end that others could see, but it is text all the same: ours returns it.
  if (this.target.isOurs === true) assert.equal(this.host(host).received.length, 0, 'it was sent, and not returned')
  for (const content of sent) assert.doesNotMatch(content, /\r(?!\n)|(?<!\r)\n/)
})

Then('every message that {host} received is whole', function (this: MailWorld, host: string) {
  const { received } = this.host(host)
  assert.ok(received.length > 0, 'nothing was sent on at all')
  for (const { content } of received) assert.ok(Buffer.from(content).includes('smuggled'), 'a message was cut short')
})
