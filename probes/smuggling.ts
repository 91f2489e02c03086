/**
 * Ends of data that are none: octets that some server once took for the end of the content, and which sender would emit them.
 *
 * Only `<CRLF>.<CRLF>` ends the content (RFC 5321 §4.1.1.4). A receiver that ends it elsewhere *deviates*; that is *exploitable*
 * with a sender that lets those octets pass from content of a stranger's. Both are computed here: pairs of what a receiver
 * takes and what a sender emits. Ids are frozen: 01–99 are sequences, from 101 on transports.
 */

export interface Variant {
  readonly id: string
  /** For people, as `notation.ts` escapes. */
  readonly shown: string
  /** One character an octet. */
  readonly octets: string
  /** Stands at the very beginning of the content instead of within it. */
  readonly first: boolean
}

type Row = readonly [number: number, octets: string, shown?: string]

const longLine = (octets: number): string => `\r\n${'x'.repeat(octets)}.\r\n`

/** The first twelve are the field's E1–E12. */
const within: readonly Row[] = [
  [1, '\n.\n'],
  [2, '\n.\r'],
  [3, '\r.\n'],
  [4, '\r.\r'],
  [5, '\n.\r\n'],
  [6, '\r.\r\n'],
  [7, '\r\n.\n'],
  [8, '\r\n.\r'],
  [9, '\r\n.\r\r\n'],
  [10, '\r\r\n.\r\r\n'],
  [11, '\r\n\0.\r\n'],
  [12, '\r\n.\0\r\n'],
  [13, '\n\r.\r\n'],
  [14, '\r\n.\n\r'],
  [15, '\r\n. \r\n'],
  [16, '\r\n.\t\r\n'],
  [17, '\r\n\v.\r\n'],
  [18, '\r\n\f.\r\n'],
  [19, '\x85.\x85'],
  [20, '\xe2\x80\xa8.\xe2\x80\xa8'],
  [21, '\v.\v'],
  [22, '\f.\f'],
  [25, '\n\n'],
  [26, '\r\n\n'],
  [27, '\r\n\r'],
  // Where a long line is broken, a dot lands in the first column.
  [28, longLine(998), String.raw`\r\n(998 × x).\r\n`],
  [29, longLine(990), String.raw`\r\n(990 × x).\r\n`],
  [30, longLine(1000), String.raw`\r\n(1000 × x).\r\n`],
  // Where quoted-printable is decoded on the way, so does this one.
  [31, '\r\n=2E\r\n'],
]

const atTheBeginning: readonly Row[] = [
  [23, '.\n'],
  [24, '.\r'],
]

export const smugglingId = (number: number): string => `smuggling-${String(number).padStart(2, '0')}`

const escaped = (octets: string): string =>
  JSON.stringify(octets)
    .slice(1, -1)
    .replaceAll(
      /\\u00([0-9a-f]{2})|[\x80-\xff]/g,
      (character, hex: string | undefined) => `\\x${hex ?? character.charCodeAt(0).toString(16)}`,
    )

const variant =
  (first: boolean) =>
  ([number, octets, shown]: Row): Variant => ({
    id: smugglingId(number),
    octets,
    shown: shown ?? escaped(octets),
    first,
  })

export const variants: readonly Variant[] = [...within.map(variant(false)), ...atTheBeginning.map(variant(true))]

/** How a sender puts somebody's content on the wire. */
export interface SenderClass {
  readonly name: string
  readonly emits: (content: string) => string
}

const stuffed = (content: string): string => content.replaceAll('\r\n.', '\r\n..').replace(/^\./, '..')
const bareCr = /\r(?!\n)/g
const bareLf = /(?<!\r)\n/g

/** Classes of senders as they were found in the field. */
export const senderClasses: readonly SenderClass[] = [
  {
    name: 'strict: every line end becomes CRLF, then dots are doubled',
    emits: (content) => stuffed(content.replaceAll(bareCr, ' ').replaceAll(bareLf, '\r\n').replaceAll('\0', '')),
  },
  { name: 'passes bare CR and LF', emits: stuffed },
  { name: 'passes bare LF only', emits: (content) => stuffed(content.replaceAll(bareCr, ' ')) },
  { name: 'passes bare CR only', emits: (content) => stuffed(content.replaceAll(bareLf, '\r\n')) },
  {
    name: 'cleans bare CR and LF to CRLF after doubling dots',
    emits: (content) => stuffed(content).replaceAll(bareCr, '\r\n').replaceAll(bareLf, '\r\n'),
  },
  { name: 'drops NUL after doubling dots', emits: (content) => stuffed(content).replaceAll('\0', '') },
]

const standsIn = (wire: string, octets: string): boolean => {
  for (let at = wire.indexOf(octets); at >= 0; at = wire.indexOf(octets, at + 1)) {
    // `\r\n\r` within `\r\n\r\n` is none, nor `\n.\r\n` within `\r\n.\r\n`.
    const splitsBefore = octets.startsWith('\n') && wire[at - 1] === '\r'
    const splitsAfter = octets.endsWith('\r') && wire[at + octets.length] === '\n'
    if (!splitsBefore && !splitsAfter) return true
  }
  return false
}

/** Senders through which a stranger can get the variant onto the wire as it is. */
export const sendersOf = ({ octets, first }: Variant): readonly string[] =>
  senderClasses
    .filter(({ emits }) => {
      const emitted = emits(first ? `${octets}b` : `a${octets}b`)
      return first ? emitted.startsWith(octets) : standsIn(emitted, octets)
    })
    .map(({ name }) => name)

/** Classes of receivers, with the variants at which they end the content. */
export interface ReceiverClass {
  readonly name: string
  readonly endsAt: readonly string[]
}

const ids = (...numbers: readonly number[]): readonly string[] => numbers.map(smugglingId)

export const receiverClasses: readonly ReceiverClass[] = [
  { name: 'strict', endsAt: [] },
  { name: 'takes bare LF for a line end', endsAt: ids(1, 5, 7, 23) },
  { name: 'takes a dot after any LF', endsAt: ids(5) },
  { name: 'takes bare CR for a line end', endsAt: ids(4, 6, 8, 24) },
  { name: 'takes either for a line end', endsAt: ids(1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 23, 24) },
  { name: 'drops CR before CRLF', endsAt: ids(9, 10) },
  { name: 'drops NUL', endsAt: ids(11, 12) },
]

/** Holds a CR or LF of its own: no sender may emit it (RFC 5321 §2.3.8). Other variants are ordinary octets of content. */
export const hasBareLineEnd = ({ octets }: Variant): boolean => /\r(?!\n)|(?<!\r)\n/.test(octets)

/** Variants that stand in what a sender put on the wire as content, not counting the true end. */
export const emittedIn = (wire: string): readonly Variant[] =>
  variants.filter(({ octets, first }) => (first ? wire.startsWith(octets) : standsIn(wire, octets)))

/** Receivers that a stranger can smuggle to through a sender that emits these. */
export const receiversOf = (emitted: readonly Variant[]): readonly string[] =>
  receiverClasses.filter(({ endsAt }) => emitted.some(({ id }) => endsAt.includes(id))).map(({ name }) => name)

export interface Finding {
  readonly variant: Variant
  /** It is not what the standard says. */
  readonly deviates: boolean
  /** The classes of the other side with which somebody can exploit it. */
  readonly exploitableWith: readonly string[]
  readonly told: string
}

/** One line a finding, for evidence. */
export const findingText = ({ variant: { id, shown }, deviates, exploitableWith, told }: Finding): string => {
  const verdict = deviates ? 'DEVIATES' : 'as the standard says'
  const pairs = exploitableWith.length > 0 ? `; exploitable with: ${exploitableWith.join(' | ')}` : ''
  return `${id} ${shown}: ${told}; ${verdict}${pairs}`
}
