import { describe, expect, test } from 'vitest'
import { feeds, mailToBob, play, protection } from './fixture-player.ts'

describe('TLS', () => {
  const secured = `
      S: 220
      ${mailToBob}
      C: STARTTLS
      S: 220 2.0.0
      * secured`

  test.each(feeds)('everything before it is forgotten, %s (rfc3207-4.2-01, -03, -09, -10)', (feed) => {
    const played = play(
      `${secured}
      C: RSET
      S: 250 2.0.0
      C: MAIL FROM:<a@c.example>
      S: 503 5.5.1
      C: STARTTLS
      S: 503 5.5.1
      C: EHLO c.example
      S: 250 HELP
      C: DATA
      S: 503`,
      feed,
    )
    expect(played.differences).toEqual([])
    expect(played.abandoned).toBe(1)
    expect(played.state.secure).toBe(protection)
  })

  test('authentication is forgotten too', () => {
    const played = play(
      `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
      S: 235 2.7.0
      C: STARTTLS
      S: 220
      * secured`,
      'lines',
    )
    expect(played.differences).toEqual([])
    expect(played.state).toMatchObject({ phase: 'greeted', awaiting: 'command' })
    expect(played.state.user).toBeUndefined()
  })

  test.each(feeds)('commands behind STARTTLS are thrown away, %s (rfc3207-4.2-02)', (feed) => {
    const played = play(
      `
      S: 220
      C: STARTTLS
      C: EHLO injected.example
      C: NOOP
      S: 220 2.0.0
      * secured
      C: NOOP
      S: 250 2.0.0`,
      feed,
    )
    expect(played.differences).toEqual([])
    expect(played.notes.map((note) => note.event)).toContain('plaintext-discarded')
    expect(played.state.helo).toBeUndefined()
  })

  test.each([
    ['an argument', {}, undefined, 'STARTTLS now', '501 5.5.4'],
    ['no certificate', { tlsAvailable: false }, undefined, 'STARTTLS', '502 5.5.1'],
    ['implicit TLS', { role: 'submissions' } as const, protection, 'STARTTLS', '503 5.5.1'],
  ])('refused: %s', (_name, terms, secure, command, reply) => {
    const script = `S: 220\nC: ${command}\nS: ${reply}\nC: NOOP\nS: 250`
    expect(play(script, 'lines', { terms, secure }).differences).toEqual([])
  })

  test.each(feeds)('demanded: 530 to all but EHLO, STARTTLS, NOOP, RSET and QUIT, %s (rfc3207-4-05, -06)', (feed) => {
    const script = `
      S: 220
      C: NOOP
      S: 250
      C: HELO c.example
      S: 530 Must
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example>
      S: 530 5.7.0
      C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
      S: 530 5.7.0
      C: VRFY bob
      S: 530 5.7.0
      C: BDAT 6 LAST
      C| NOOP\\r\\n
      S: 530 5.7.0
      C: RSET
      S: 250
      C: STARTTLS
      S: 220
      * secured
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example>
      S: 250`
    expect(play(script, feed, { terms: { tlsRequired: true } }).differences).toEqual([])
  })
})
