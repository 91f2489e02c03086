/**
 * The relay probes as one table: every trick by which somebody once got mail through a server that should not have taken it.
 *
 * It is the union of the known sets (nmap's `smtp-open-relay`, Metasploit's variant, the MAPS list with its quote test,
 * abuse.net) and of the further forms that relays have fallen for. An id is frozen: it never changes its meaning and is
 * never used again. 01–99 are addresses, 101–199 kinds of session, 201–299 places from which a client speaks.
 *
 * Placeholders: `{su}` the sender's user, `{eu}` a user at `{ext}`, a domain the server must not relay to, served by `{extip}`;
 * `{ext2}` another such domain; `{host}` and `{ip}` the server's name and address; `{lu}` a user at `{ld}`, its own domain; `{rd}`
 * a domain that it relays for, `{alias}` an address here that leads away; `{trusted}` an address that it trusts.
 */

export interface RelayProbe {
  readonly id: string
  readonly family: RelayFamily
  /** What follows `MAIL FROM:`. */
  readonly sender: string
  /** What follows `RCPT TO:`. */
  readonly recipient: string
  /** Whose mailbox the recipient names: somebody else's, ours in disguise, or ours and leading away by the owner's will. */
  readonly belongs: 'elsewhere' | 'here' | 'forwarded'
  /** The known sets that have it: N nmap, S Metasploit, M MAPS, Q its quote test, A abuse.net. */
  readonly known: readonly string[]
  /** Whoever the recipient belongs to: the standards say that it must be taken. */
  readonly owed: boolean
}

export type RelayFamily =
  | 'senders'
  | 'percent'
  | 'quoted'
  | 'double at'
  | 'routes'
  | 'bang'
  | 'literals'
  | 'look-alikes'
  | 'broken syntax'
  | 'ours in disguise'

type Row = readonly [number: number, sender: string, recipient: string, known?: string]

const elsewhere = '<{eu}@{ext}>'
const literal = '<{su}@[{ip}]>'
const host = '<{su}@{host}>'
const other = '<{su}@{ext2}>'

const table: Readonly<Record<Exclude<RelayFamily, 'ours in disguise'>, readonly Row[]>> = {
  senders: [
    [1, '<>', elsewhere, 'N1 M5 A3'],
    [2, '<{su}@{ext}>', elsewhere, 'N2 M1 A1'],
    [3, host, elsewhere, 'N3 M6 A4'],
    [4, literal, elsewhere, 'N4 M7 A5'],
    [5, '<{su}@probe.{ext}>', elsewhere, 'M2'],
    [6, '<{su}@localhost>', elsewhere, 'M3'],
    [7, '<{su}>', elsewhere, 'M4 A2'],
    [8, '<postmaster@{host}>', elsewhere, 'M16'],
    [9, other, elsewhere],
    [10, '<{lu}@{ld}>', elsewhere],
    [11, '<nobody-at-all@{ld}>', elsewhere],
    [12, '<{su}@[IPv6:::1]>', elsewhere],
    [13, '<postmaster@{ld}>', elsewhere],
    [14, '<mailer-daemon@{ld}>', elsewhere],
    [15, '<"{lu}"@{ld}>', elsewhere],
    [16, '<{lu}@sub.{ld}>', elsewhere],
    [17, '<{su}@does-not-exist.example>', elsewhere],
    [18, '<@{ld}:{su}@{ext}>', elsewhere],
    [19, '<{lu}@{host}>', elsewhere],
  ],
  percent: [
    [20, literal, '<{eu}%{ext}@[{ip}]>', 'N5'],
    [21, literal, '<{eu}%{ext}@{host}>', 'N6'],
    [22, host, '<{eu}%{ext}@{host}>', 'M8 A6'],
    [23, host, '<{eu}%{ext}@[{ip}]>', 'M9 A7'],
    [24, other, '<{eu}%{ext}@{ld}>'],
    [25, other, '<{eu}%{ext}%{host}@{host}>'],
    [26, other, '<{eu}%{ext}>'],
  ],
  quoted: [
    [27, literal, '<"{eu}@{ext}">', 'N7'],
    [28, host, '<"{eu}@{ext}">', 'Q A8'],
    [29, literal, '<"{eu}%{ext}">', 'N8'],
    [30, host, '<"{eu}%{ext}">', 'A9'],
    [31, literal, '<"{eu}@{ext}"@[{ip}]>', 'N10'],
    [32, host, '<"{eu}@{ext}"@[{ip}]>', 'M11'],
    [33, host, '<"{eu}@{ext}"@{host}>', 'A11'],
    [34, other, '<"{eu}@{ext}"@{ld}>'],
    [35, other, '<"{eu}%{ext}"@{ld}>'],
    [36, other, '<"{eu}"@{ext}>'],
  ],
  'double at': [
    [37, literal, '<{eu}@{ext}@[{ip}]>', 'N9'],
    [38, literal, '<{eu}@{ext}@{host}>', 'N11'],
    [39, host, '<{eu}@{ext}@{host}>', 'M10 A10'],
    [40, host, '<{eu}@{ext}@[{ip}]>', 'M12 A12'],
    [41, other, '<{eu}@{ext}@{ld}>'],
  ],
  routes: [
    [42, literal, '<@[{ip}]:{eu}@{ext}>', 'N12'],
    [43, literal, '<@{host}:{eu}@{ext}>', 'N13 M13'],
    [44, host, '<@{host}:{eu}@{ext}>', 'A13'],
    [45, host, '<@[{ip}]:{eu}@{ext}>', 'M14 A14'],
    [46, other, '<@{ld}:{eu}@{ext}>'],
    [47, other, '<@{host},@{ext2}:{eu}@{ext}>'],
  ],
  bang: [
    [48, literal, '<{ext}!{eu}>', 'N14'],
    [49, host, '<{ext}!{eu}>', 'A15'],
    [50, literal, '<{ext}!{eu}@[{ip}]>', 'N15'],
    [51, host, '<{ext}!{eu}@[{ip}]>', 'M15 A17'],
    [52, literal, '<{ext}!{eu}@{host}>', 'N16'],
    [53, host, '<{ext}!{eu}@{host}>', 'A16'],
    [54, other, '<{ext}!{eu}@{ld}>'],
    [55, other, '<{host}!{ext}!{eu}>'],
    [56, other, '<{ext}::{eu}>'],
    [57, other, '<{ext}:{eu}>'],
  ],
  literals: [
    [58, other, '<{eu}@[{extip}]>'],
    [59, other, '<{eu}@[IPv6:::ffff:{extip}]>'],
    [60, literal, '<{eu}@[{ip}]>', 'S4'],
  ],
  'look-alikes': [
    [61, other, '<{eu}@mail.{ext}>'],
    [62, other, '<{eu}@x{ld}>'],
    [63, other, '<{eu}@{ld}.{ext}>'],
    [64, other, '<{eu}@sub.{rd}>'],
    [65, other, '<{lu}+{eu}={ext}@{ld}>'],
    [66, other, '<{eu}@\u{fc}.{ext}>'],
  ],
  'broken syntax': [
    [67, other, '<{eu}@{ext}.>'],
    [68, other, '<{eu}@{EXT}>'],
    [69, other, '{eu}@{ext}'],
    [70, other, ' <{eu}@{ext}>'],
    [71, other, '<{eu}>'],
    [72, other, '<{eu}@{ext}\0@{ld}>'],
    [73, other, '<{eu}@{ext}\r@{ld}>'],
    [74, other, '<{lu}@{ld}>,<{eu}@{ext}>'],
    [75, other, '<{lu}@{ld}> <{eu}@{ext}>'],
    [76, other, '<{eu}@{ext} (@{ld})>'],
    [77, other, '<{eu}@{ext} @{ld}>'],
    [78, other, '<{eu}@{ext}>@{ld}'],
  ],
}

/** Ours in disguise: never to be taken for relaying, nor sent away. `owed`: the standards oblige us to take it. */
const disguises: readonly (readonly [...row: Row, belongs?: RelayProbe['belongs']])[] = [
  [80, other, '<{lu}@{ld}>', 'owed'],
  [81, other, '<"{lu}"@{ld}>', 'owed'],
  [82, other, '<{lu}@{LD}>', 'owed'],
  [83, other, '<postmaster>', 'owed'],
  [84, other, '<{lu}@[{ip}]>', ''],
  [85, other, '<{lu}@{host}>', ''],
  [86, other, '<"\\{lu}"@{ld}>', 'owed'],
  [87, other, '<@{ext}:{lu}@{ld}>', ''],
  [88, other, '<@{host},@{ext}:{lu}@{ld}>', ''],
  [89, other, '<{lu}%{ld}@{ld}>', ''],
  [90, other, '<"{lu}@{ld}"@{ld}>', ''],
  [91, other, '<{ld}!{lu}>', ''],
  [92, other, '<{lu}@{ld}.>', ''],
  [93, other, '<{alias}>', '', 'forwarded'],
]

export const probeId = (number: number): string => `relay-probe-${String(number).padStart(2, '0')}`

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter((word) => word !== '')

export const relayProbes: readonly RelayProbe[] = [
  ...(Object.entries(table) as [RelayFamily, readonly Row[]][]).flatMap(([family, rows]) =>
    rows.map(([number, sender, recipient, known]): RelayProbe => ({
      id: probeId(number),
      family,
      sender,
      recipient,
      // Metasploit's: the recipient is a user at the server's own address.
      belongs: number === 60 ? 'here' : 'elsewhere',
      known: words(known),
      owed: false,
    })),
  ),
  ...disguises.map(([number, sender, recipient, owed, belongs = 'here']): RelayProbe => ({
    id: probeId(number),
    family: 'ours in disguise',
    sender,
    recipient,
    belongs,
    known: [],
    owed: owed === 'owed',
  })),
]

export interface RelaySession {
  readonly id: string
  readonly name: string
  /** Exact octets before the greeting is read. */
  readonly before?: string
  /** Lines until the first MAIL; their replies are not judged. `STARTTLS` is followed by the handshake. */
  readonly opening: readonly string[]
  /** What follows the sender's path. */
  readonly mailParameters?: string
  /** What goes on in each session (or transaction) before the probe's own recipient. */
  readonly first?: 'recipient here' | 'refused recipient' | 'transaction here'
  /** Probes follow one another in one session, with RSET between; otherwise each has a session of its own. */
  readonly shared?: true
  readonly transfer?: 'BDAT' | 'pipelined'
  readonly listener?: 'submission' | 'submissions'
  /** The client is known here: its plain probes must get through, which proves that the probes can see. */
  readonly known?: true
}

const hello = 'EHLO client.example'
/** `AUTH PLAIN` with somebody's right password; whoever makes the probes fills it in, and leaves the kind out when unknown. */
const credentials = 'AUTH PLAIN {credentials}'

const sessions: readonly (readonly [number, string, Omit<RelaySession, 'id' | 'name'>])[] = [
  [101, 'one session with RSET between', { opening: [hello], shared: true }],
  [102, 'a session each', { opening: [hello] }],
  [103, 'HELO', { opening: ['HELO client.example'], shared: true }],
  [104, 'no EHLO', { opening: [], shared: true }],
  [105, 'EHLO with the name of the server', { opening: ['EHLO {host}'], shared: true }],
  [106, 'EHLO with the domain of the server', { opening: ['EHLO {ld}'], shared: true }],
  [107, 'EHLO localhost', { opening: ['EHLO localhost'], shared: true }],
  [108, 'EHLO with a loopback literal', { opening: ['EHLO [127.0.0.1]'], shared: true }],
  [109, 'after a recipient here', { opening: [hello], shared: true, first: 'recipient here' }],
  [110, 'after a refused recipient', { opening: [hello], shared: true, first: 'refused recipient' }],
  [111, 'second transaction', { opening: [hello], first: 'transaction here' }],
  [112, 'after failed authentication', { opening: [hello, 'AUTH PLAIN AGFsaWNlAHdyb25n'] }],
  [113, 'AUTH= claims', { opening: [hello], shared: true, mailParameters: ' AUTH={lu}@{ld}' }],
  [114, 'XCLIENT', { opening: [hello, 'XCLIENT ADDR={trusted} LOGIN={lu}', hello], shared: true }],
  [115, 'PROXY', { before: 'PROXY TCP4 {trusted} {ip} 40000 25\r\n', opening: [hello] }],
  [116, 'STARTTLS', { opening: [hello, 'STARTTLS', hello], shared: true }],
  [117, 'pipelined', { opening: [hello], shared: true, transfer: 'pipelined' }],
  [118, 'BDAT', { opening: [hello], shared: true, transfer: 'BDAT' }],
  [119, 'the submission listener', { opening: [hello], shared: true, listener: 'submission' }],
  [120, 'the submissions listener', { opening: [hello], shared: true, listener: 'submissions' }],
  [121, 'authenticated, then STARTTLS', { opening: [hello, credentials, 'STARTTLS', hello], listener: 'submission' }],
  [122, 'authenticated, then RSET', { opening: [hello, credentials, 'RSET'], listener: 'submission', known: true }],
]

export const relaySessions: readonly RelaySession[] = sessions.map(([number, name, kind]) =>
  Object.assign({ id: probeId(number), name }, kind),
)

export interface RelayPosition {
  readonly id: string
  readonly name: string
}

/** Where a client may speak from. The commonest real open relay is not syntax but a source address trusted by mistake. */
export const relayPositions: readonly RelayPosition[] = [
  { id: probeId(201), name: 'a stranger' },
  { id: probeId(202), name: 'the trusted network' },
  { id: probeId(203), name: 'loopback' },
  { id: probeId(204), name: 'IPv6' },
  { id: probeId(205), name: 'a v4-mapped address' },
  { id: probeId(206), name: 'the gateway' },
  { id: probeId(207), name: 'just outside the trusted network' },
  { id: probeId(208), name: "the server's own address" },
]
