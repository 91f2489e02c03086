/**
 * Plays one visit against the server and judges the session: every reply there and in order, sound in form, and an end
 * within the deadline, whatever was said.
 *
 * Where the script has `S:` it waits until the reckoning says that nothing is owed any more; so it needs to know neither
 * how many replies there are nor what they say. At the end it sends FIN and the server must answer what is whole and close.
 */
import { createHmac } from 'node:crypto'
import { authenticateWithScram } from '../simulators/clients/scram.ts'
import { openWireClient } from '../simulators/clients/wire.ts'
import type { Conversation, WireClient, WireReply } from '../simulators/contract.ts'
import type { Script, ScriptLine } from '../simulators/notation.ts'
import { password } from './house.ts'
import type { House } from './house.ts'
import { openDamagingPath } from './path.ts'
import { reckon } from './reckoning.ts'
import type { Acceptance } from './reckoning.ts'
import type { Visit } from './trial.ts'

export interface Visited {
  readonly faults: readonly string[]
  readonly accepted: readonly Acceptance[]
}

/** How long the server may take for any one thing, milliseconds; a loaded machine must not look like a hang. */
const patience = 10_000
/** Octets written before replies are read again. */
const portion = 16_384

/** The first octet of a TLS record that carries an alert. */
const tlsAlert = 0x15

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('latin1')

const mechanisms = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'] as const

/** Authenticates properly; what a script cannot hold, since the server's challenge is new every time. */
export const authenticate = async (client: WireClient, mechanism: string, user: string): Promise<void> => {
  const known = mechanisms.find((name) => name === mechanism)
  switch (known) {
    case 'PLAIN':
      await client.say(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`)
      return
    case 'LOGIN':
      if ((await client.say('AUTH LOGIN')).code !== 334) return
      if ((await client.say(base64(user))).code === 334) await client.say(base64(password))
      return
    case 'CRAM-MD5': {
      const challenge = await client.say('AUTH CRAM-MD5')
      if (challenge.code !== 334) return
      const digest = createHmac('md5', password)
        .update(fromBase64(challenge.lines[0] ?? ''))
        .digest('hex')
      await client.say(base64(`${user} ${digest}`))
      return
    }
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-256-PLUS':
      await authenticateWithScram(client, { mechanism: known, user, password })
      return
    case undefined:
      throw new Error(`nobody knows how to authenticate with ${mechanism}`)
  }
}

class Player {
  readonly #client: WireClient
  #hadReset = false
  /** Replies that the client was asked for. */
  #given = 0

  constructor(client: WireClient) {
    this.#client = client
  }

  get hadReset(): boolean {
    return this.#hadReset
  }

  async play(script: Script): Promise<void> {
    for (const group of groupsOf(script)) await this.#act(group)
  }

  async #act(group: Script): Promise<void> {
    const [line] = group
    if (line === undefined || this.#hadReset) return
    switch (line.kind) {
      case 'line': {
        const text = group.map((one) => (one.kind === 'line' ? `${one.text}\r\n` : '')).join('')
        await this.#send(Buffer.from(text))
        break
      }
      case 'bytes':
        await this.#send(line.bytes)
        break
      case 'reply':
        await this.settle()
        break
      case 'wait':
        await new Promise((resolve) => {
          setTimeout(resolve, Math.min(line.milliseconds, 100))
        })
        break
      case 'close':
        this.#client.halfClose()
        break
      case 'comment':
        await this.#special(line.text)
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += portion) {
      const piece = bytes.subarray(at, at + portion)
      await this.#client.send(piece, [piece.length])
      void this.#client.replies
    }
  }

  async #special(text: string): Promise<void> {
    if (text === 'C resets') {
      this.#hadReset = true
      this.#client.reset()
    } else if (text === 'C begins TLS') {
      await this.settle()
      const { replies } = this.#client
      // The greeting is no invitation.
      if (replies.length > 1 && replies.at(-1)?.code === 220) await this.#client.secure().catch(() => undefined)
    } else {
      const [, mechanism, user] = /^AUTH (\S+) as (\S+)$/.exec(text) ?? []
      if (mechanism === undefined || user === undefined) return
      await this.settle()
      if (!reckon(this.#client.conversation.spoken).between) return
      while (this.#given < this.#client.replies.length) await this.#reply()
      const before = this.#pieces()
      await authenticate(this.#client, mechanism, user).catch(() => undefined)
      // Each line of the exchange took one reply.
      this.#given += this.#pieces() - before
    }
  }

  /** Waits until nothing is owed, the server is gone, or patience ends. */
  async settle(): Promise<void> {
    while (reckon(this.#client.conversation.spoken).owed) {
      const reply = await this.#reply()
      if (reply === undefined) return
    }
  }

  #pieces(): number {
    return this.#client.conversation.spoken.filter(({ side }) => side === 'C').length
  }

  async #reply(): Promise<WireReply | undefined> {
    try {
      const reply = await this.#client.reply()
      this.#given += 1
      return reply
    } catch {
      return undefined
    }
  }
}

/** Lines of the client that follow one another go out together; so do the lines of one reply. */
const groupsOf = (script: Script): readonly Script[] => {
  const groups: ScriptLine[][] = []
  for (const line of script) {
    const last = groups.at(-1)?.at(-1)
    const together =
      (line.kind === 'line' && last?.kind === 'line') ||
      (line.kind === 'reply' && last?.kind === 'reply' && last.separator === '-')
    if (together) groups.at(-1)?.push(line)
    else groups.push([line])
  }
  return groups
}

/** The handshake that the notation implies: STARTTLS alone, and an answer waited for. */
const withHandshakes = (script: Script): Script =>
  script.flatMap((line, index) => {
    const before = script[index - 1]
    const implied = line.kind === 'reply' && before?.kind === 'line' && /^STARTTLS\s*$/i.test(before.text)
    return implied ? [line, { kind: 'comment', text: 'C begins TLS' } as const] : [line]
  })

/** Which octet the path damages, if the script says so; only where everything is under TLS. */
const damagedOctet = ({ door, script }: Visit): number | undefined => {
  if (door !== 'submissions') return undefined
  for (const line of script) {
    const octet = line.kind === 'comment' ? /^the path damages octet (\d+)$/.exec(line.text)?.[1] : undefined
    if (octet !== undefined) return Number(octet)
  }
  return undefined
}

/** Says the script and waits for the end of the session; resolves with what is wrong with that end. */
const speak = async (
  client: WireClient,
  script: Script,
): Promise<{ readonly hadReset: boolean; readonly ends: boolean }> => {
  const player = new Player(client)
  try {
    await player.play(withHandshakes(script))
    if (player.hadReset) return { hadReset: true, ends: true }
    client.halfClose()
    const ends = await client.closed()
    void client.replies
    return { hadReset: false, ends }
  } finally {
    await client.close()
  }
}

const judged = (visit: Visit, conversation: Conversation, mayLose: boolean): Visited => {
  const { spoken } = conversation
  if (visit.door === 'no handshake') {
    // Who does not speak TLS where it comes first is owed nothing but an end.
    const inClear = spoken.some(({ side, bytes }) => side === 'S' && bytes[0] !== tlsAlert)
    return { faults: inClear ? ['something was said in clear where TLS comes first'] : [], accepted: [] }
  }
  const { owed, over, faults, accepted } = reckon(spoken)
  if (mayLose) return { faults: faults.filter((fault) => !fault.startsWith('half a reply')), accepted }
  return { faults: owed && !over ? [...faults, 'a command was never answered'] : faults, accepted }
}

export const playVisit = async (house: House, visit: Visit): Promise<Visited> => {
  const { door, source, script } = visit
  const octet = damagedOctet(visit)
  const from = house.address(source)
  const path = octet === undefined ? undefined : await openDamagingPath(house.at(door), from, octet)
  try {
    const client = await openWireClient(path ?? house.at(door), {
      ...(path === undefined ? { from } : {}),
      implicitTls: door === 'submissions',
      patience,
      title: `a ${source} → ${door}`,
    })
    const { hadReset, ends } = await speak(client, script)
    const { conversation } = client
    const broken = conversation.spoken.some(({ note }) => note?.startsWith('broken') === true)
    // After RST, on a damaged path, and where no handshake came about, replies may be lost on the way.
    const { faults, accepted } = judged(visit, conversation, hadReset || broken || path !== undefined)
    return {
      faults: ends ? faults : [...faults, 'the server does not end the session after the client’s FIN'],
      accepted,
    }
  } catch (error) {
    // Damage in the handshake: there is no session.
    if (path !== undefined) return { faults: [], accepted: [] }
    throw error
  } finally {
    await path?.close()
  }
}
