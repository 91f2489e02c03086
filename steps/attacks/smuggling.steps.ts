/**
 * Smuggling: every end of data that is none, handed to the server as a stranger would and looked for in what it sends on.
 *
 * Inbound, a second message for carol stands behind each sequence: a server that ends the content there takes it. An EHLO
 * behind everything tells where the replies of one try end. Outbound, the octets that a far exchanger saw are searched.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import { emittedIn, findingText, hasBareLineEnd, receiversOf, sendersOf, variants } from '../../probes/smuggling.ts'
import type { Finding, Variant } from '../../probes/smuggling.ts'
import { severalFindings } from '../../report/expectations.ts'
import { NotApplicable } from '../../targets/faults.ts'
import type { WireClient, WireReply } from '../../simulators/contract.ts'
import { keepsLineEnds } from '../content.ts'
import type { MailWorld } from '../world.ts'
import { patience } from './patience.ts'
import { abreast, inRows } from './rows.ts'

const findingsOf = new WeakMap<MailWorld, readonly Finding[]>()

/** Contents that were taken, by their token, as they must arrive. */
const takenOf = new WeakMap<MailWorld, Map<string, string>>()

const remember = (world: MailWorld, token: string, content: string): void => {
  const taken = takenOf.get(world) ?? new Map<string, string>()
  takenOf.set(world, taken.set(token, content))
}

/** What is left when the dots are taken off that DATA puts before lines that begin with one. */
const withoutDots = (content: string): string => content.replace(/^\./, '').replaceAll('\r\n.', '\r\n')

const keep = (world: MailWorld, findings: readonly Finding[]): void => {
  findingsOf.set(world, findings)
  world.attach(findings.map(findingText).join('\n'), { mediaType: 'text/plain', fileName: 'smuggling' })
}

interface Manner {
  readonly command: 'DATA' | 'BDAT'
  readonly secure: boolean
  /** The address that the client speaks from. */
  readonly source: string
  readonly from: string
  readonly to: string
  /** The server may take nothing in one group with the end of content: what is asked once more is no sign of an end before. */
  readonly twice?: boolean
}

/** The most replies of one try: a chunk for each octet of a sequence, a whole second transaction, and the sentinel. */
const mostReplies = 30

const open = async (world: MailWorld, { secure, source }: Manner): Promise<WireClient> => {
  const wire = await world.scene.connect(world.endpoint('relay'), {
    from: source,
    title: 'somebody who smuggles → the server',
  })
  await wire.reply()
  await wire.say('EHLO client.example')
  if (secure) {
    const ready = await wire.say('STARTTLS')
    assert.equal(ready.code, 220, 'the server does not begin TLS')
    await wire.secure()
    await wire.say('EHLO client.example')
  }
  return wire
}

/** A first message with the sequence and a second one behind it. */
const payload = ({ octets, first }: Variant, token: string): { readonly bytes: Buffer; readonly at: number } => {
  const head = `Subject: ${token}\r\n\r\nfirst`
  const smuggled =
    'MAIL FROM:<mallory@elsewhere.example>\r\nRCPT TO:<carol@here.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled'
  const text = first ? `${octets}${smuggled}\r\n${head}\r\n` : `${head}${octets}${smuggled}\r\n`
  return { bytes: Buffer.from(text, 'latin1'), at: first ? 0 : head.length }
}

/** The pieces that cuts leave of so many octets. */
const lengthsOf = (cuts: readonly number[], octets: number): readonly number[] =>
  [...cuts, octets].map((cut, index) => cut - (cuts[index - 1] ?? 0))

/** One try; gives the replies between the invitation to send content and the sentinel, or the end of the connection. */
const attempt = async (
  wire: WireClient,
  { command, from, to, twice = false }: Manner,
  bytes: Buffer,
  cuts: readonly number[],
): Promise<{ readonly replies: readonly WireReply[]; readonly closed: boolean }> => {
  await wire.say(`MAIL FROM:<${from}>`)
  const recipient = await wire.say(`RCPT TO:<${to}>`)
  assert.equal(recipient.code, 250, `RCPT ${to}: ${recipient.code}`)
  const sentinel = Buffer.from('EHLO sentinel.example\r\n')
  if (command === 'DATA') {
    assert.equal((await wire.say('DATA')).code, 354)
    const all = Buffer.concat([bytes, Buffer.from('.\r\n'), sentinel])
    await wire.send(all, cuts.length === 0 ? [] : lengthsOf(cuts, all.length))
  } else {
    const lengths = lengthsOf(cuts, bytes.length)
    const chunks = lengths.map((length, index) => {
      const start = cuts[index - 1] ?? 0
      const last = index === lengths.length - 1 ? ' LAST' : ''
      return Buffer.concat([Buffer.from(`BDAT ${length}${last}\r\n`), bytes.subarray(start, start + length)])
    })
    await wire.send(Buffer.concat([...chunks, sentinel]))
  }
  const replies: WireReply[] = []
  let asked = twice ? 1 : 2
  for (let heard = 0; heard < mostReplies; heard += 1) {
    const reply = await wire.reply().catch(() => undefined)
    if (reply === undefined) return { replies, closed: true }
    if (reply.code === 250 && reply.lines.length > 1) break
    if (asked < 2 && reply.code === 503 && replies.length > 0) {
      asked += 1
      await wire.send(sentinel)
    } else replies.push(reply)
  }
  return { replies, closed: false }
}

/** The session that is open for the next try. */
interface Wires {
  current: WireClient | undefined
}

/** Longer sequences are cut at every octet at once only. */
const longestCutSingly = 4

/** How to cut: at each place alone, before, in and after the sequence; and at all of them at once. */
const cutsOf = ({ octets }: Variant, at: number): readonly (readonly number[])[] => {
  const begin = Math.max(1, octets.length > 20 ? at + octets.length - 5 : at - 1)
  const places = Array.from({ length: at + octets.length + 2 - begin }, (_, index) => begin + index)
  return octets.length <= longestCutSingly ? [places, ...places.map((place) => [place])] : [places]
}

const tryVariant = async (
  world: MailWorld,
  manner: Manner,
  variant: Variant,
  split: boolean,
  wires: Wires,
): Promise<string> => {
  const told = new Set<string>()
  for (const cuts of split ? cutsOf(variant, payload(variant, world.nextToken()).at) : [[]]) {
    const token = world.nextToken()
    const { bytes } = payload(variant, token)
    try {
      wires.current ??= await open(world, manner)
      const { replies, closed } = await attempt(wires.current, manner, bytes, cuts)
      const expected = manner.command === 'BDAT' ? cuts.length + 1 : 1
      const ended = replies.length > expected || replies.some(({ code }) => code === 354)
      if (!ended && replies.at(-1)?.code === 250) {
        const sent = bytes.toString('latin1')
        remember(world, token, manner.command === 'DATA' ? withoutDots(sent) : sent)
      }
      // A server that notices what follows too soon and hangs up has ended the data all the same.
      const codes = replies.map(({ code }) => code).join(' ')
      told.add(ended ? `ends the data: ${codes}` : `content: ${replies.at(-1)?.code ?? 'closes'}`)
      // Sendmail waits before it answers a third EHLO: on servers of others each try has a session of its own.
      if (closed || world.target.isOurs !== true) {
        await wires.current.close()
        wires.current = undefined
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      await wires.current?.close()
      wires.current = undefined
      told.add('closes')
    }
  }
  return [...told].join(', ')
}

/** What the server said to each variant, in their order. */
const tryAll = async (world: MailWorld, manner: Manner, split: boolean): Promise<readonly string[]> =>
  inRows(variants, world.target.isOurs === true ? 1 : abreast, async (row) => {
    const wires: Wires = { current: undefined }
    const told: string[] = []
    for (const variant of row) told.push(await tryVariant(world, manner, variant, split, wires))
    return told
  })

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
