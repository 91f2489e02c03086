/**
 * Looking at content as it arrived: header fields, trace fields on top, the rest byte for byte.
 *
 * Deliberately simple and independent of the server: lines end at CRLF, the header ends at the first empty line.
 */
import assert from 'node:assert/strict'
import { NotApplicable } from '../targets/faults.ts'
import type { MailWorld } from './world.ts'

const latin = (content: Uint8Array): string => Buffer.from(content).toString('latin1')

export const contentOf = (content: Uint8Array): string => latin(content)

const headerOf = (content: Uint8Array): string => {
  const text = latin(content)
  const end = text.indexOf('\r\n\r\n')
  return end === -1 ? text : text.slice(0, end + 2)
}

/** All fields in order, unfolded. */
export const fieldsOf = (content: Uint8Array): readonly { readonly name: string; readonly value: string }[] =>
  headerOf(content)
    .split(/\r\n(?![ \t])/)
    .filter((line) => line.includes(':'))
    .map((line) => ({
      name: line.slice(0, line.indexOf(':')),
      value: line
        .slice(line.indexOf(':') + 1)
        .replaceAll('\r\n', '')
        .trim(),
    }))

export const fieldOf = (content: Uint8Array, name: string): string | undefined =>
  fieldsOf(content).find((field) => field.name.toLowerCase() === name.toLowerCase())?.value

/** Fields that servers put on top at final delivery, beside the two of RFC 5321 §4.4; they say nothing that is judged here. */
const ownFields: ReadonlySet<string> = new Set(['delivered-to', 'x-original-to', 'envelope-to', 'delivery-date'])

/** The names of the first fields, in lower case, as they stand in the mailbox. */
export const firstNames = (content: Uint8Array, count: number): readonly string[] =>
  fieldsOf(content)
    .map(({ name }) => name.toLowerCase())
    .filter((name) => !ownFields.has(name))
    .slice(0, count)

/** The content without the Received and Return-Path fields that were put on top of it. */
export const withoutTrace = (content: Uint8Array): Uint8Array => {
  let text = latin(content)
  for (let fields = 0; fields < 200; fields += 1) {
    const trace = /^([!-9;-~]+):[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n/.exec(text)
    const name = trace?.[1]?.toLowerCase() ?? ''
    if (trace === null || !(name === 'received' || name === 'return-path' || ownFields.has(name))) break
    text = text.slice(trace[0].length)
  }
  return Buffer.from(text, 'latin1')
}

/** Octets around the first difference that are shown. */
const shownAround = 200

/** Throws where two contents differ, and shows that place, whatever their length. */
export const assertSame = (received: Uint8Array, sent: Uint8Array): void => {
  const [one, other] = [latin(received), latin(sent)]
  if (one === other) return
  let at = 0
  while (one[at] === other[at]) at += 1
  const around = (text: string): string => text.slice(Math.max(0, at - shownAround), at + shownAround)
  assert.equal(around(one), around(other), `${one.length} octets arrived of ${other.length}; they differ at ${at}`)
}

/** Where bare line ends are to be kept, a server that can only mend them is not judged by the octets that arrive. */
export const keepsLineEnds = ({ settings, target }: MailWorld): void => {
  if (settings.refusals?.bareLineEnds === 'keep' && target.capabilities.has('mends-line-ends'))
    throw new NotApplicable('takes a bare LF for a line end, or refuses it')
}
