import { expect, test } from 'vitest'
import { comingFrom } from './source.ts'

test.each([
  ['127.0.7.9', '127.0.0.1', { localAddress: '127.0.7.9' }],
  ['127.0.7.9', 'localhost', { localAddress: '127.0.7.9' }],
  ['::1', '::1', { localAddress: '::1' }],
  ['127.0.7.9', '10.88.0.1', {}],
  ['127.0.7.9', 'mail.example', {}],
  ['10.0.0.4', '10.88.0.1', { localAddress: '10.0.0.4' }],
  [undefined, '127.0.0.1', {}],
])('from %s to %s', (source, host, options) => {
  expect(comingFrom(source, host)).toEqual(options)
})
