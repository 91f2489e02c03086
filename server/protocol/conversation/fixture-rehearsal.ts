/**
 * For tests: plays the server's part of a written conversation against the client's machine, and checks every octet that
 * the client says, and when.
 *
 * Lines of a script: `C: text` and `S: text` with CRLF added; `C| bytes` and `S| bytes` with `\r \n \xNN` and nothing
 * added; `S! closes`, `S! stalls`; `! secured`, `! secured self-signed`, `! handshake fails`; `! told r1` where the client
 * tells what became of r1. Whenever the client listens, all that it should have said and told by then must have been said
 * and told, and nothing more.
 */
import { expect } from 'vitest'
import { decodeOctets } from '../text.ts'
import type { Act, Event, Talk } from './dialogue.ts'

/** How the server's octets arrive: all that it says at once, line by line, octet by octet. */
export const feeds = ['whole', 'lines', 'octets'] as const
export type Feed = (typeof feeds)[number]

interface Step {
  readonly who: 'C' | 'S' | 'S!' | '!'
  readonly text: string
}

const octetsOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
const utf8 = (text: string): string => decodeOctets(new TextEncoder().encode(text))

const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:x(..)|(.))/g, (_, hex: string | undefined, letter: string | undefined) =>
    hex === undefined ? ({ r: '\r', n: '\n' }[letter ?? ''] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )

const parse = (script: string): Step[] =>
  script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Step => {
      const [, who, kind, rest = ''] = /^([CS]?)([:|!]) ?(.*)$/.exec(line) ?? []
      if (kind === '!') return { who: who === 'S' ? 'S!' : '!', text: rest }
      if (who !== 'C' && who !== 'S') throw new Error(`not a line of a script: ${line}`)
      return { who, text: kind === '|' ? unescaped(rest) : `${utf8(rest)}\r\n` }
    })

export interface Cast {
  readonly content?: readonly string[]
  readonly sasl?: (act: Extract<Act, { act: 'sasl' }>) => string | undefined
}

/** Runs the machine to its end and gives what it returned; fails where it departs from the script. */
export const rehearse = <T>(script: string, feed: Feed, talk: Talk<T>, cast: Cast = {}): T => {
  const steps = parse(script)
  const content = [...(cast.content ?? [])]
  let said = ''
  let coming: Uint8Array[] = []

  const checkClient = (): void => {
    let expected = ''
    while (steps[0]?.who === 'C') expected += steps.shift()?.text ?? ''
    expect(said).toBe(expected)
    said = ''
  }

  const listen = (): Event => {
    const ready = coming.shift()
    if (ready !== undefined) return { event: 'bytes', bytes: ready }
    checkClient()
    const [step] = steps
    if (step?.who === 'S!') {
      steps.shift()
      return { event: 'ended', cause: step.text === 'stalls' ? 'timeout' : 'closed', detail: step.text }
    }
    expect(step?.who, 'the client waits, but the server has nothing to say').toBe('S')
    const lines: string[] = []
    while (steps[0]?.who === 'S') lines.push(steps.shift()?.text ?? '')
    if (feed === 'octets') coming = [...octetsOf(lines.join(''))].map((octet) => Uint8Array.of(octet))
    else coming = (feed === 'lines' ? lines : [lines.join('')]).map(octetsOf)
    return listen()
  }

  const answer = (act: Act): Event => {
    switch (act.act) {
      case 'send':
        said += decodeOctets(act.bytes)
        return { event: 'done' }
      case 'transmit':
        // A script without a further word of the client's has a server that takes no more content
        if (steps.every(({ who }) => who !== 'C')) return { event: 'ended', cause: 'closed', detail: 'EPIPE' }
        said += decodeOctets(act.bytes)
        return { event: 'done' }
      case 'content': {
        const piece = content.shift()
        return { event: 'content', bytes: piece === undefined ? undefined : octetsOf(piece) }
      }
      case 'secure': {
        checkClient()
        coming = [] // what came in clear is gone
        const step = steps.shift()
        if (step?.text === 'handshake fails') return { event: 'ended', cause: 'tls', detail: step.text }
        expect(step?.text).toMatch(/^secured/)
        const fault = step?.text.slice('secured'.length).trim()
        return { event: 'secured', ...(fault !== undefined && fault !== '' && { fault }) }
      }
      case 'verdict':
        checkClient()
        expect(steps.shift()).toEqual({ who: '!', text: `told ${act.recipient}` })
        return { event: 'done' }
      case 'sasl': {
        const text = cast.sasl?.(act)
        return { event: 'sasl', data: text === undefined ? undefined : octetsOf(text) }
      }
      default:
        return listen()
    }
  }

  let step = talk.next()
  while (step.done !== true) step = talk.next(answer(step.value))
  checkClient()
  expect(steps, 'the script was not played to its end').toEqual([])
  return step.value
}
