import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sentenceOf } from './system-faults.ts'

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

const folder = join(tmpdir(), `system-faults-${process.pid}`)

test.each([
  ['a file that is not there', () => readFileSync(join(folder, 'none')), /^cannot use .*none: there is no such file/],
  ['a folder read as a file', () => readFileSync(folder), /^cannot use .*: a folder stands where a file/],
])('%s is said in one sentence', (_name, act, sentence) => {
  mkdirSync(folder)
  try {
    expect(sentenceOf(thrownBy(act))).toMatch(sentence)
  } finally {
    rmdirSync(folder)
  }
})

test('a full disk, whatever file it was', () => {
  expect(sentenceOf(Object.assign(new Error('write'), { code: 'ENOSPC' }))).toBe('cannot use a file: the disk is full')
})

test('what is no matter of files stays a bug', () => {
  expect([
    sentenceOf(new TypeError('x')),
    sentenceOf(Object.assign(new Error('x'), { code: 'ERR_ASSERTION' })),
  ]).toEqual([undefined, undefined])
})
