import { describe, expect, test } from 'vitest'
import { planSevenBit, sevenBit } from './seven-bit.ts'

async function* feed(text: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const all = Buffer.from(text, 'latin1')
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

const encoded = async (text: string, size: number): Promise<string | undefined> => {
  const plan = await planSevenBit(feed(text, size))
  if (plan === undefined) return undefined
  const pieces: Uint8Array[] = []
  for await (const piece of sevenBit(plan, feed(text, size))) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\r\n`).join('')

describe.each([1, 17, 100_000])('in pieces of %i', (size) => {
  test.each<[string, string, string]>([
    [
      'a plain message gets the labels that it lacks',
      lines('Subject: x', '', 'Gr\xfc\xdfe', 'a=b '),
      lines(
        'Subject: x',
        'Content-Type: text/plain; charset=unknown-8bit',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Gr=FC=DFe',
        'a=3Db=20',
      ),
    ],
    [
      'only the parts that need it change',
      lines(
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed;',
        ' boundary="b 1"',
        'Content-Transfer-Encoding: 8bit',
        '',
        'pre\xe9',
        '--b 1',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        '',
        '\xc3\xa9',
        '--b 1',
        '',
        'plain = plain',
        '--b 1',
        'Content-Transfer-Encoding: base64',
        '',
        'AAAA',
        '--b 1--',
        'post\xe9',
      ),
      lines(
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed;',
        ' boundary="b 1"',
        'Content-Transfer-Encoding: 7bit',
        '',
        'pre?',
        '--b 1',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '=C3=A9',
        '--b 1',
        '',
        'plain = plain',
        '--b 1',
        'Content-Transfer-Encoding: base64',
        '',
        'AAAA',
        '--b 1--',
        'post?',
      ),
    ],
    [
      'messages within messages, and a part that nobody closed',
      lines(
        'Content-Type: multipart/mixed; boundary=o',
        '',
        '--o',
        'Content-Type: message/rfc822',
        '',
        'Content-Type: multipart/alternative; boundary=i',
        '',
        '--i',
        '',
        '\xfc',
        '--o',
        'Content-Type: text/html; charset=latin1',
        '',
        '\xfc',
      ),
      lines(
        'Content-Type: multipart/mixed; boundary=o',
        '',
        '--o',
        'Content-Type: message/rfc822',
        '',
        'Content-Type: multipart/alternative; boundary=i',
        '',
        '--i',
        'Content-Type: text/plain; charset=unknown-8bit',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '=FC',
        '--o',
        'Content-Type: text/html; charset=latin1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '=FC',
      ),
    ],
    [
      'a digest',
      lines('Content-Type: multipart/digest; boundary=d', '', '--d', '', 'Subject: y', '', '\xfc', '--d--'),
      lines(
        'Content-Type: multipart/digest; boundary=d',
        '',
        '--d',
        '',
        'Subject: y',
        'Content-Type: text/plain; charset=unknown-8bit',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '=FC',
        '--d--',
      ),
    ],
    ['7-bit content stays', lines('A: b', '', 'x = y '), lines('A: b', '', 'x = y ')],
    ['a header section alone', 'A: b\r\n', 'A: b\r\n'],
    ['no line end at the end', 'A: b\r\n\r\nx', 'A: b\r\n\r\nx'],
  ])('%s', async (_, text, expected) => {
    expect(await encoded(text, size)).toBe(expected)
  })

  test.each<[string, string]>([
    ['8-bit header fields', lines('Subject: \xfc', '', 'x')],
    [
      '8-bit header fields of a part',
      lines('Content-Type: multipart/mixed; boundary=o', '', '--o', 'X: \xfc', '', 'y'),
    ],
    ['8-bit octets in an encoded body', lines('Content-Transfer-Encoding: base64', '', '\xfc')],
    ['a multipart without boundary', lines('Content-Type: multipart/mixed', '', '\xfc')],
    ['no header section', lines('hello \xfc', 'x')],
    ['a partial message', lines('Content-Type: message/partial; id=1; number=2', '', '\xfc')],
    ['depth without end', lines(...Array.from({ length: 60 }, () => ['Content-Type: message/rfc822', '']).flat(), 'x')],
  ])('hopeless: %s', async (_, text) => {
    expect(await encoded(text, size)).toBeUndefined()
  })
})
