/**
 * For tests: a network in memory. Hosts answer commands as told, over lines that need no socket; time stands still unless
 * it is sent ahead.
 */
import type { Address, Clock, Dialer, Line, Lookup, Milliseconds, MxRecord, Resolver } from '../ports.ts'

/**
 * What a host says to a command (`EHLO`, `MAIL`, `content` …, with its line): reply lines, also of several replies; with
 * `closes` as the last line it hangs up then; or `is silent`.
 */
export type Saying = string

export interface HostPlan {
  /** Asked first for everything; `undefined` leaves the usual answer. `connection` is the greeting. */
  readonly says?: (moment: string, line: string, connection: number) => Saying | undefined
  /** EHLO and LHLO keywords; HELO only when absent and `says` refuses EHLO. */
  readonly offers?: readonly string[]
  /** Connections are refused with this fault. */
  readonly refuses?: (connection: number) => string | undefined
  /** What the handshake comes to. */
  readonly tls?: { readonly fault: string } | { readonly certificateFault?: string }
}

const usual: Readonly<Record<string, string>> = {
  connection: '220 host',
  EHLO: '250 host',
  HELO: '250 host',
  STARTTLS: '220 go',
  DATA: '354 go',
  QUIT: '221 bye',
}

/** A host: what it heard, command by command, contents as `content:…`; connections begin with `connect`. */
export class StageHost {
  readonly heard: string[] = []
  plan: HostPlan
  connections = 0
  open = 0
  mostOpen = 0

  constructor(plan: HostPlan = {}) {
    this.plan = plan
  }

  line(address: string): Line {
    const connection = this.connections
    const encoder = new TextEncoder()
    const decoder = new TextDecoder('latin1')
    const coming: (Uint8Array | undefined)[] = []
    let wake: (() => void) | undefined
    let text = ''
    let inContent = false
    let closed = false
    let secure = false
    this.open += 1
    this.mostOpen = Math.max(this.mostOpen, this.open)

    const close = (): void => {
      if (closed) return
      closed = true
      this.open -= 1
      coming.push(undefined)
      wake?.()
    }
    const say = (moment: string, line: string): void => {
      const offers = this.plan.offers?.filter((keyword) => !secure || keyword !== 'STARTTLS') ?? []
      const ehlo = ['host', ...offers]
        .map((keyword, at) => `250${at === offers.length ? ' ' : '-'}${keyword}`)
        .join('\r\n')
      const said =
        this.plan.says?.(moment, line, connection) ??
        (moment === 'EHLO' || moment === 'LHLO' ? ehlo : (usual[moment] ?? '250 ok'))
      const replies = said.replace(/(?:^|\r\n)closes$/, '')
      if (replies !== '' && replies !== 'is silent') {
        inContent = moment === 'DATA' && replies.startsWith('354')
        coming.push(encoder.encode(`${replies}\r\n`))
        wake?.()
      }
      if (said.endsWith('closes')) close()
    }
    const take = (): void => {
      const end = text.indexOf(inContent ? '\r\n.\r\n' : '\r\n')
      if (end === -1 && !(inContent && text === '.\r\n')) return
      const line = text.slice(0, Math.max(end, 0))
      text = text.slice(inContent ? (end === -1 ? 3 : end + 5) : end + 2)
      const moment = inContent ? 'content' : (line.split(' ')[0] ?? '')
      this.heard.push(inContent ? `content:${line}` : line)
      inContent = false
      say(moment, line)
      take()
    }

    this.heard.push('connect')
    say('connection', '')
    return {
      localAddress: '192.0.2.250',
      remoteAddress: address,
      read: async () => {
        while (coming.length === 0) {
          const { promise, resolve } = Promise.withResolvers<void>()
          wake = resolve
          await promise
        }
        const [next] = coming
        if (next !== undefined) coming.shift()
        return next
      },
      write: (bytes) => {
        if (closed) return Promise.resolve(false)
        text += decoder.decode(bytes)
        take()
        return Promise.resolve(true)
      },
      secure: () => {
        const outcome = this.plan.tls ?? {}
        if ('fault' in outcome) return Promise.resolve({ fault: outcome.fault })
        secure = true
        const { certificateFault: fault } = outcome
        const secured = { protocol: 'TLSv1.3', cipher: 'X', ...(fault !== undefined && { fault }) }
        return Promise.resolve({ secured })
      },
      fault: () => (closed ? 'ECONNRESET' : undefined),
      close,
    }
  }
}

/** Hosts by address. */
export const stageDialer = (hosts: Readonly<Record<string, StageHost>>): Dialer => ({
  dial: ({ address }) => {
    const host = hosts[address]
    if (host === undefined) return Promise.resolve({ fault: 'EHOSTUNREACH' })
    host.connections += 1
    const fault = host.plan.refuses?.(host.connections)
    return Promise.resolve(fault === undefined ? { line: host.line(address) } : { fault })
  },
})

/** MX as `[preference, name]`, addresses by name. */
export const stageResolver = (
  exchangers: Readonly<Record<string, readonly (readonly [number, string])[]>>,
  addresses: Readonly<Record<string, readonly string[]>>,
): Resolver => ({
  mx: (domain) => {
    const records = exchangers[domain]?.map(([preference, exchange]) => ({ preference, exchange }))
    return Promise.resolve<Lookup<MxRecord>>(
      records === undefined ? { kind: 'no-such-name' } : { kind: 'found', records },
    )
  },
  addresses: (host) => {
    const records = addresses[host]?.map((address): Address => ({ address, family: 4 }))
    return Promise.resolve<Lookup<Address>>(records === undefined ? { kind: 'none' } : { kind: 'found', records })
  },
  names: () => Promise.resolve({ kind: 'none' }),
})

/** A clock that goes ahead by itself whenever nothing else can happen. */
export const stageClock = (): Clock => {
  let now = 1_000_000
  let timers: { readonly at: Milliseconds; readonly act: () => void }[] = []
  let waiting = false
  const goAhead = (): void => {
    waiting = false
    const [next] = timers.toSorted((one, other) => one.at - other.at)
    if (next === undefined) return
    timers = timers.filter((timer) => timer !== next)
    now = Math.max(now, next.at)
    next.act()
    rest()
  }
  const rest = (): void => {
    if (waiting) return
    waiting = true
    setImmediate(goAhead)
  }
  return {
    now: () => now,
    after: (delay, act) => {
      const timer = { at: now + Math.max(0, delay), act }
      timers.push(timer)
      rest()
      return {
        cancel: () => {
          timers = timers.filter((one) => one !== timer)
        },
      }
    },
  }
}
