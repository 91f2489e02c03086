/**
 * Rubbish in two kinds: octets by chance, and conversations that are almost right, real ones changed in a few places.
 *
 * Everything follows from a seed. The changes are those that break parsers: lost, doubled and moved pieces, line ends that
 * are not, control characters, numbers out of all bounds, octets above 127.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { connect } from 'node:tls'
import type { Chance } from '../support/chance.ts'

const message = 'From: <alice@here.example>\r\nSubject: almost\r\n\r\nHello.\r\n..\r\n.\r\n'

/** What clients say, in clear; each from its first command to its last. */
export const mailConversations: readonly [string, ...string[]] = [
  `EHLO client.example\r\nMAIL FROM:<mallory@elsewhere.example>\r\nRCPT TO:<carol@here.example>\r\nDATA\r\n${message}QUIT\r\n`,
  `EHLO [127.0.0.1]\r\nMAIL FROM:<> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=a+2Bb\r\nRCPT TO:<carol@here.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;carol+40here.example\r\nRCPT TO:<Postmaster>\r\nBDAT 30\r\nSubject: in chunks\r\n\r\nHello.\r\nBDAT 8 LAST\r\nHello.\r\nNOOP\r\nQUIT\r\n`,
  `HELO client\r\nNOOP x\r\nHELP\r\nVRFY carol\r\nEXPN staff\r\nRSET\r\nMAIL FROM:<@a.example,@b.example:"quoted \\" pair"@[IPv6:::1]>\r\nRCPT TO:<"carol"@here.example>\r\nDATA\r\n${message}`,
  'EHLO client.example\r\nAUTH PLAIN AGFsaWNlAG5vdCB0aGUgcGFzc3dvcmQ=\r\nAUTH LOGIN\r\nYWxpY2U=\r\neA==\r\nAUTH CRAM-MD5\r\nYWxpY2UgMDEyMzQ1Njc4OQ==\r\nAUTH SCRAM-SHA-256 biwsbj1hbGljZSxyPWZ5a28rZDJsYmJGZ09OUnY5cWt4ZGF3TA==\r\n*\r\nQUIT\r\n',
  'EHLO client.example\r\nMAIL FROM:<jürgen@elsewhere.example> SMTPUTF8\r\nRCPT TO:<用户@here.example>\r\nRCPT TO:<carol@here.example>\r\nBDAT 0 LAST\r\nSTARTTLS\r\nQUIT\r\n',
]

export const webConversations: readonly [string, ...string[]] = [
  'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong-token-wrong-token\r\n\r\n',
  'POST /api/queue/flush HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer wrong\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"all":true}',
  'GET /api/queue?limit=5&after=x HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer token-of-one-run-only\r\nConnection: keep-alive\r\n\r\n',
  'PATCH /api/settings HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer wrong\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
  'GET /api/journal/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: 7\r\n\r\nDELETE /api/users/alice HTTP/1.0\r\n\r\n',
]

/** The first flight of a real TLS client. */
export const clientHello = async (): Promise<Buffer> => {
  const heard = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) => {
      heard.resolve(bytes)
      socket.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
  client.on('error', () => {})
  try {
    return await heard.promise
  } finally {
    client.destroy()
    server.close()
  }
}

const nastyPieces: readonly [string, ...string[]] = [
  '\r',
  '\n',
  '\r\n.\r\n',
  '\n.\n',
  '\0',
  '\r\r\n',
  ' ',
  '<',
  '>',
  '@',
  '"',
  '\\',
  '[',
  '=',
  '\u00FF',
  '4294967296',
  '-1',
  '999999999999999999999',
  '\t',
]

/** The bytes with one to eight changes. */
export const mutate = (bytes: Buffer, chance: Chance): Buffer => {
  let changed: Buffer = Buffer.from(bytes)
  for (let left = 1 + chance.below(8); left > 0; left -= 1) {
    const at = chance.below(changed.length + 1)
    const to = Math.min(changed.length, at + 1 + chance.below(40))
    const [before, piece, after] = [changed.subarray(0, at), changed.subarray(at, to), changed.subarray(to)]
    const nasty = Buffer.from(chance.pick(nastyPieces), 'latin1')
    switch (chance.below(8)) {
      case 0:
        changed = Buffer.concat([before, after])
        break
      case 1:
        changed = Buffer.concat([before, piece, piece, after])
        break
      case 2:
        changed = Buffer.concat([before, nasty, piece, after])
        break
      case 3:
        changed = Buffer.concat([before, chance.bytes(piece.length), after])
        break
      case 4:
        changed = Buffer.concat([after, piece, before])
        break
      case 5:
        changed = Buffer.from(
          changed.toString('latin1').replaceAll('\r\n', chance.pick(['\n', '\r', '\r\n\r\n'])),
          'latin1',
        )
        break
      case 6:
        changed = Buffer.concat([before, Buffer.alloc(chance.below(6000), nasty), after])
        break
      default:
        changed = before.length > 0 ? before : changed
    }
  }
  return changed
}
