import { expect, test } from 'vitest'
import { exim, readDue, readQueue } from './exim.ts'

test('the queue as exim -bp shows it', () => {
  const text = [
    ' 0m   297 1xVm9K-00001u-1d <alice@here.example>',
    '          bob@there.example',
    '        D carol@there.example',
    '',
    '25m  1.2K 1xVm9L-00001v-2e <> *** frozen ***',
    '          alice@here.example',
    '',
  ].join('\n')
  const log = '2026-11-24 08:45:14 1xVm9K-00001u-1d == bob@there.example R=outward T=remote_smtp defer (111): refused\n'
  expect(readQueue(text, log)).toEqual([
    {
      message: '1xVm9K-00001u-1d',
      sender: 'alice@here.example',
      recipient: 'bob@there.example',
      state: 'queued',
      attempts: 1,
    },
    { message: '1xVm9L-00001v-2e', sender: '', recipient: 'alice@here.example', state: 'held', attempts: 0 },
  ])
})

test('when hosts are due, as exim_dumpdb shows it, with and without a star', () => {
  const text = [
    '  T:mx1.there.example:127.55.66.77 111 65 Connection refused',
    '24-Nov-2026 08:45:14  24-Nov-2026 08:45:14  24-Nov-2026 09:15:14 ',
    '24-Nov-2026 08:45:14  24-Nov-2026 08:45:14  01-Dec-2026 00:00:00 *',
  ].join('\n')
  expect(readDue(text).map((at) => new Date(at).toISOString())).toEqual([
    '2026-11-24T09:15:14.000Z',
    '2026-12-01T00:00:00.000Z',
  ])
})

test.each([
  ['=> carol <team@here.example> R=mailboxes T=maildir', 'team@here.example', true],
  ['** bob@there.example R=outward T=remote_smtp: refused', 'bob@there.example', true],
  ['== bob@there.example R=outward T=remote_smtp defer', 'bob@there.example', false],
])('a record "%s" ends %s: %s', (record, address, ends) => {
  expect(exim.ended(`2026-11-24 08:45:14 1xVm9K-00001u-1d ${record}\n`, address)).toBe(ends)
})
