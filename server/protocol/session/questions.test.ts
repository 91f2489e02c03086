import { describe, expect, test } from 'vitest'
import type { Input, Output } from '../exchange.ts'
import { openSession, type Session } from '../session.ts'
import { plainTerms, protection } from './fixture-player.ts'

const bytes = (text: string): Input => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) })
const granted: Input = { kind: 'ruling', ruling: { kind: 'granted' } }
const kinds = (outputs: readonly Output[]): readonly string[] => outputs.map((output) => output.kind)

/** A session up to the question of acceptance, with a QUIT already behind the message. */
function atAcceptance(): Session {
  const session = openSession(plainTerms)
  session.take({ kind: 'connected' })
  session.take(granted)
  const asked = [
    ...session.take(
      bytes('HELO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@here.example>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n'),
    ),
    ...Array.from({ length: 4 }, () => session.take(granted)).flat(),
  ].flatMap((output) => (output.kind === 'question' ? [output.question.ask] : []))
  expect(asked).toEqual(['hello', 'sender', 'recipient', 'content', 'acceptance'])
  return session
}

describe('while a question is open', () => {
  test('nothing is looked at until the ruling comes', () => {
    const session = atAcceptance()
    expect(session.state.awaiting).toBe('ruling')
    expect(session.take(bytes('NOOP\r\n'))).toEqual([])
    expect(kinds(session.take(granted))).toEqual(['reply', 'reply', 'close'])
  })

  test('a timeout is not the client’s fault', () => {
    const session = atAcceptance()
    expect(session.take({ kind: 'timeout' })).toEqual([])
    expect(kinds(session.take(granted))).toEqual(['reply', 'reply', 'close'])
  })

  test('content handed over is not abandoned when the client goes away, and the late ruling is not missed', () => {
    const session = atAcceptance()
    expect(session.take({ kind: 'disconnected' })).toEqual([])
    expect(session.take(granted)).toEqual([])
    expect(session.state).toMatchObject({ phase: 'closing', awaiting: 'nothing' })
  })

  test('a shutdown waits for the ruling', () => {
    const session = atAcceptance()
    expect(session.take({ kind: 'shutdown' })).toEqual([])
    const replies = session.take(granted).flatMap((output) => (output.kind === 'reply' ? [output.reply.code] : []))
    expect(replies).toEqual([250, 421])
  })

  test('a ruling that nobody asked for is a fault of the pump', () => {
    const session = openSession(plainTerms)
    expect(() => session.take(granted)).toThrow('no question is open')
    expect(() => session.take({ kind: 'secured', secure: protection })).toThrow('without STARTTLS')
  })
})
