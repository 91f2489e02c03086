import { describe, expect, test } from 'vitest'
import type { ExchangerOptions, Fault, Submission } from '../contract.ts'
import { openScene } from '../scene.ts'

type Expected = { readonly accepted?: readonly string[]; readonly refused: readonly object[]; readonly reply?: number }

const no = (at: Fault['at'], line: string, path?: string): Fault => ({
  at,
  misbehaviour: { do: 'reply', lines: [line] },
  ...(path === undefined ? {} : { path }),
})

describe('what became of a submission', () => {
  test.each<[string, readonly Fault[], Expected, Partial<Submission>?, ExchangerOptions?]>([
    ['all taken', [], { accepted: ['b@there.example', 'c@there.example'], refused: [], reply: 250 }],
    [
      'one recipient refused',
      [no('RCPT', '550 5.1.1 nobody', 'c@')],
      {
        accepted: ['b@there.example'],
        refused: [
          { recipient: 'c@there.example', code: 550, enhanced: '5.1.1', stage: 'RCPT', text: '550 5.1.1 nobody' },
        ],
        reply: 250,
      },
    ],
    [
      'each recipient refused',
      [no('RCPT', '550 5.1.1 nobody', 'b@'), no('RCPT', '452 full', 'c@')],
      {
        refused: [
          { recipient: 'b@there.example', code: 550 },
          { recipient: 'c@there.example', code: 452, stage: 'RCPT' },
        ],
      },
    ],
    ['sender refused', [no('MAIL', '553 5.1.7 no')], { refused: [{ code: 553, enhanced: '5.1.7', stage: 'MAIL' }] }],
    ['DATA refused', [no('DATA', '451 later')], { refused: [{ code: 451, stage: 'DATA' }] }],
    [
      'content refused',
      [no('content-end', '554-5.6.0 no\r\n554 5.6.0 never')],
      { refused: [{ code: 554, enhanced: '5.6.0', stage: 'content-end' }], reply: 554 },
    ],
    ['greeting refused', [no('connection', '554 go away')], { refused: [{ code: 554 }] }],
    [
      'EHLO and HELO refused',
      [no('EHLO', '550 no'), no('HELO', '550 no')],
      { refused: [{ code: 550, stage: 'HELO' }] },
    ],
    ['STARTTLS wanted and not there', [], { refused: [{ stage: 'STARTTLS' }] }, { tls: 'starttls' }],
    ['cut off', [{ at: 'RCPT', misbehaviour: { do: 'disconnect' } }], { refused: [{ code: 0, stage: 'connection' }] }],
    [
      'reset in the content',
      [{ at: 'content-end', misbehaviour: { do: 'reset' } }],
      { refused: [{ code: 0, stage: 'connection' }] },
    ],
  ])('%s', async (_name, faults, expected, submission = {}, options = {}) => {
    await using scene = await openScene()
    const exchanger = await scene.exchanger('mx1.there.example', options)
    for (const fault of faults) exchanger.declare(fault)
    const result = await scene.submit(
      { host: exchanger.address, port: exchanger.port },
      { from: 'a@here.example', to: ['b@there.example', 'c@there.example'], ...submission },
    )
    expect(result.accepted).toEqual(expected.accepted ?? [])
    expect(result.refused).toEqual(expected.refused.map((one) => expect.objectContaining(one)))
    expect(result.reply?.code).toBe(expected.reply)
  })

  test('nobody there', async () => {
    await using scene = await openScene()
    const result = await scene.submit(
      { host: scene.address('server'), port: scene.exchangerPort },
      { from: '', to: ['b@there.example'] },
    )
    expect(result.refused).toEqual([
      expect.objectContaining({
        code: 0,
        stage: 'connection',
        text: expect.stringContaining('ECONNREFUSED') as string,
      }),
    ])
  })
})
