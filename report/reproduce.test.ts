import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { reproductions } from './reproduce.ts'

const of = (text: string, name = 'conversation: mallory → the server'): readonly string[] =>
  reproductions([{ name, text }])

describe('a failure can be seen again', () => {
  test.each([
    [
      'one mail',
      'C: EHLO client.example\nS: 250 x\nC: MAIL FROM:<a@b.example> SIZE=9\nC: RCPT TO:<c@d.example>\nC: DATA\nS: 354 x\nC: Hello\nC: .\nS: 250 x\nC: QUIT',
      'swaks --server HOST:PORT --helo client.example --from a@b.example --to c@d.example',
    ],
    [
      'a refused recipient after AUTH under TLS',
      'C: EHLO [127.0.0.1]\nC: STARTTLS\n# TLS begins\nC: EHLO [127.0.0.1]\nC: AUTH PLAIN (redacted)\nC: MAIL FROM:<>\nC: RCPT TO:<c@d.example>\nS: 550 x\nC: QUIT',
      "swaks --server HOST:PORT --helo '[127.0.0.1]' --from '<>' --to c@d.example --tls --auth PLAIN --auth-user USER --auth-password PASSWORD --quit-after RCPT",
    ],
    [
      'commands out of order',
      'S: 220 x\nC: EHLO a\nS: 250 x\nC: DATA\nS: 503 x',
      String.raw`(sleep 1; printf 'EHLO a\r\n'; sleep 1; printf 'DATA\r\n'; sleep 1) | nc -w 5 HOST PORT`,
    ],
    [
      'exact bytes',
      String.raw`C| EHLO 50%'\n\x00\0`,
      String.raw`(sleep 1; printf 'EHLO 50%%\047\n\000\000'; sleep 1) | nc -w 5 HOST PORT`,
    ],
    [
      'a quoted local part',
      'C: RCPT TO:<"a\\"b"@c>',
      String.raw`(sleep 1; printf 'RCPT TO:<"a\\"b"@c>\r\n'; sleep 1) | nc -w 5 HOST PORT`,
    ],
  ])('%s', (_what, text, line) => {
    expect(of(text)).toEqual([line])
  })

  test('the raw bytes are those that were sent', () => {
    const [line = ''] = of(String.raw`C| a%b'c\\d\r\n\xff\0`)
    const printf = /printf '.*?'/.exec(line)?.[0] ?? 'false'
    expect([...execFileSync('sh', ['-c', printf])]).toEqual([...Buffer.from("a%b'c\\d\r\n"), 255, 0])
  })

  test.each([
    ['what ran under TLS out of order', 'C: EHLO a\n# TLS begins\nC: DATA', undefined],
    ['a password', 'C: EHLO a\nC: AUTH LOGIN\nC: (redacted)', undefined],
    ['what the server said to an exchanger', 'C: EHLO a\nC: DATA', 'conversation: 127.0.0.1 → mx1.there.example'],
    ['other evidence', 'C: EHLO a', 'journal'],
  ])('nothing for %s', (_what, text, name) => {
    expect(of(text, name)).toEqual([])
  })
})
