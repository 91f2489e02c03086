/** The same well-behaved journeys through both exchangers: what the library takes, the scripted one must take alike. */
import { describe, expect, test } from 'vitest'
import type {
  Conversation,
  Exchanger,
  ExchangerOptions,
  ReceivedMessage,
  Submission,
  SubmissionResult,
} from '../contract.ts'
import { createAuthority } from '../certificates.ts'
import { openScene } from '../scene.ts'

const CONTENT = Buffer.from('From: <a@here.example>\r\nSubject: x\r\n\r\n.\r\n..\r\n.dot\r\nlast line\r\n')

interface Journey {
  readonly title: string
  readonly options?: ExchangerOptions
  readonly submission?: Partial<Submission>
  readonly received?: Partial<ReceivedMessage>
  readonly refused?: { readonly stage: string; readonly code: number }
}

const CREDENTIALS = { user: 'alice', password: 'wonderland' }

const JOURNEYS: readonly Journey[] = [
  {
    title: 'a plain message',
    received: { verb: 'EHLO', secure: false, reversePath: 'alice@here.example', content: CONTENT },
  },
  { title: 'the null reverse-path', submission: { from: '' }, received: { reversePath: '' } },
  {
    title: 'two recipients with DSN',
    submission: {
      to: ['bob@there.example', 'carol@there.example'],
      dsn: { notify: 'SUCCESS,FAILURE', ret: 'HDRS', envid: 'e1' },
    },
    received: {
      mailParameters: expect.objectContaining({ RET: 'HDRS', ENVID: 'e1' }),
      recipients: [
        { address: 'bob@there.example', parameters: { NOTIFY: 'SUCCESS,FAILURE' } },
        { address: 'carol@there.example', parameters: { NOTIFY: 'SUCCESS,FAILURE' } },
      ],
    },
  },
  {
    title: '8-bit content',
    submission: { content: Buffer.from('Subject: x\r\n\r\ngrüße\r\n') },
    received: {
      mailParameters: expect.objectContaining({ BODY: '8BITMIME' }),
      content: Buffer.from('Subject: x\r\n\r\ngrüße\r\n'),
    },
  },
  {
    title: 'SMTPUTF8',
    submission: { to: ['bób@there.example'] },
    received: { mailParameters: expect.objectContaining({ SMTPUTF8: '' }) },
  },
  {
    title: 'without PIPELINING, SIZE and DSN',
    options: { withholds: ['PIPELINING', 'SIZE', 'DSN'] },
    submission: { dsn: { notify: 'NEVER' } },
    received: { mailParameters: {}, recipients: [{ address: 'bob@there.example', parameters: {} }] },
  },
  {
    title: 'a client that falls back to HELO',
    options: { heloOnly: true },
    received: { verb: 'HELO', mailParameters: {} },
  },
  { title: 'STARTTLS', options: { certificate: 'good' }, submission: { tls: 'starttls' }, received: { secure: true } },
  {
    title: 'a self-signed certificate',
    options: { certificate: 'self-signed' },
    submission: { tls: 'starttls' },
    received: { secure: true },
  },
  {
    title: 'implicit TLS',
    options: { implicitTls: true },
    submission: { tls: 'implicit' },
    received: { secure: true },
  },
  ...['PLAIN', 'LOGIN', 'CRAM-MD5'].map((method) => ({
    title: `AUTH ${method}`,
    options: { credentials: CREDENTIALS },
    submission: { credentials: { ...CREDENTIALS, method } },
    received: { user: 'alice' },
  })),
]

const REFUSALS: readonly Journey[] = [
  {
    title: 'a wrong password',
    options: { credentials: CREDENTIALS },
    submission: { credentials: { user: 'alice', password: 'looking-glass', method: 'PLAIN' } },
    refused: { stage: 'AUTH', code: 535 },
  },
  {
    title: 'no credentials where some are wanted',
    options: { credentials: CREDENTIALS },
    refused: { stage: 'MAIL', code: 530 },
  },
  {
    title: 'too big a message',
    options: { maximumSize: 20, withholds: ['SIZE'] },
    refused: { stage: 'content-end', code: 552 },
  },
]

describe.each([
  ['scripted', {}],
  ['smtp-server', { library: true }],
] as const)('the %s exchanger', (_kind, base) => {
  const authority = createAuthority()
  const travel = async ({ options, submission }: Journey): Promise<Travelled> => {
    await using scene = await openScene({ authority: await authority })
    const exchanger = await scene.exchanger('mx1.there.example', { ...base, ...options })
    const source = scene.address('stranger')
    const result = await scene.submit(
      { host: exchanger.address, port: exchanger.port },
      { from: 'alice@here.example', to: ['bob@there.example'], content: CONTENT, source, tls: 'none', ...submission },
    )
    return { exchanger, result, source }
  }

  test.concurrent.each(JOURNEYS)('takes $title', async (journey) => {
    const { exchanger, result, source } = await travel(journey)
    expect(result.refused).toEqual([])
    expect(result.reply?.code).toBe(250)
    expect(exchanger.received).toHaveLength(1)
    expect(exchanger.received[0]).toMatchObject({
      exchanger: 'mx1.there.example',
      peerAddress: source,
      by: 'DATA',
      helo: `[${source}]`,
      ...journey.received,
    })
    expectAgreement({ exchanger, result, source })
  })

  test.concurrent.each(REFUSALS)('refuses $title', async (journey) => {
    const { exchanger, result, source } = await travel(journey)
    expect(result.accepted).toEqual([])
    expect(result.refused).toEqual([expect.objectContaining(journey.refused)])
    expect(exchanger.received).toEqual([])
    expectAgreement({ exchanger, result, source })
  })
})

interface Travelled {
  readonly exchanger: Exchanger
  readonly result: SubmissionResult
  readonly source: string
}

/** The client behaved, and both sides have seen the same words, in clear also under TLS. */
function expectAgreement({ exchanger, result }: Travelled): void {
  expect(exchanger.violations).toEqual([])
  expect(exchanger.conversations).toHaveLength(1)
  const [seen] = exchanger.conversations
  expect(said('C', seen)).toBe(said('C', result.conversation))
  expect(said('C', seen)).toContain('QUIT\r\n')
  expect(said('S', seen)).toContain('221 ')
}

function said(side: 'C' | 'S', conversation: Conversation | undefined): string {
  const spoken = conversation?.spoken.filter((one) => one.side === side) ?? []
  return Buffer.concat(spoken.map(({ bytes }) => bytes)).toString()
}
