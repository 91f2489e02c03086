/**
 * Plays a script against a server as its client and tells where the server departed from it.
 *
 * Lines of the client that follow one another go out as one segment, exact bytes each as their own. A reply is held against
 * its code and, where the script has one, its enhanced code; its text is free. After `STARTTLS` and a 220 the player does
 * the handshake. A departure is a value with the whole conversation; only a script that makes no sense throws.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Conversation, WireClient, WireReply } from './contract.ts'
import { escapeBytes, renderConversation, renderScript } from './notation.ts'
import type { Script, ScriptLine } from './notation.ts'

export interface Mismatch {
  /** Which line of the script, from 1. */
  readonly line: number
  readonly expected: string
  readonly actual: string
  readonly conversation: Conversation
}

export interface PlayOptions {
  /** How `+ 3s` passes; a target with a clock of its own moves that instead. */
  readonly wait?: (milliseconds: number) => Promise<void>
}

type Expected = Extract<ScriptLine, { readonly kind: 'reply' }>

export async function playScript(
  script: Script,
  client: WireClient,
  options: PlayOptions = {},
): Promise<Mismatch | undefined> {
  const wait = options.wait ?? ((milliseconds: number) => pause(milliseconds))
  const before = client.replies.length
  let heard = 0
  let starting = false
  for (let at = 0; at < script.length;) {
    const line = script[at]
    if (line === undefined) break
    const depart = (actual: string): Mismatch => ({
      line: at + 1,
      expected: renderScript([line]).trimEnd(),
      actual,
      conversation: client.conversation,
    })
    switch (line.kind) {
      case 'line': {
        const group = run(script, at, (one) => one.kind === 'line')
        await client.send(group.map((one) => (one.kind === 'line' ? `${one.text}\r\n` : '')).join(''))
        starting = /^STARTTLS\s*$/i.test(line.text) && group.length === 1
        at += group.length
        break
      }
      case 'reply': {
        const group = replyGroup(script, at)
        const reply = await nextReply(client)
        if (typeof reply === 'string') return depart(reply)
        heard += 1
        if (!answers(reply, group)) return depart(shown(reply))
        if (starting && reply.code === 220) {
          const fault = await handshake(client)
          if (fault !== undefined) return depart(fault)
        }
        starting = false
        at += group.length
        break
      }
      case 'bytes':
        if (line.side === 'C') await client.send(line.bytes, [Math.max(1, line.bytes.length)])
        else {
          const reply = await nextReply(client)
          if (typeof reply === 'string') return depart(reply)
          heard += 1
          if (!Buffer.from(reply.raw).equals(line.bytes)) return depart(`S| ${escapeBytes(reply.raw)}`)
        }
        at += 1
        break
      case 'wait':
        await wait(line.milliseconds)
        at += 1
        break
      case 'close':
        if (line.side === 'C') client.halfClose()
        else if (!(await client.closed())) return depart('(the server keeps the connection open)')
        at += 1
        break
      default:
        at += 1
    }
  }
  const surplus = client.replies.slice(before + heard)[0]
  const last = script.findLast((line) => line.kind !== 'comment')
  if (surplus === undefined || last?.kind !== 'reply') return undefined
  return { line: script.length, expected: '(nothing more)', actual: shown(surplus), conversation: client.conversation }
}

/** The mismatch for people: what was expected, what came, and everything that was said. */
export function mismatchText({ line, expected, actual, conversation }: Mismatch): string {
  return [
    `line ${line} of the conversation does not hold`,
    `expected: ${expected}`,
    `actual:   ${actual.trimEnd().replaceAll('\n', '\n          ')}`,
    '',
    renderConversation(conversation),
  ].join('\n')
}

function run(script: Script, from: number, belongs: (line: ScriptLine) => boolean): Script {
  const end = script.findIndex((line, index) => index >= from && !belongs(line))
  return script.slice(from, end < 0 ? undefined : end)
}

/** The lines of one expected reply: continuation lines and the last one, if the script shows it. */
function replyGroup(script: Script, from: number): readonly Expected[] {
  const group: Expected[] = []
  for (const line of script.slice(from)) {
    if (line.kind !== 'reply') break
    group.push(line)
    if (line.separator !== '-') break
  }
  return group
}

function answers(reply: WireReply, expected: readonly Expected[]): boolean {
  const [first] = expected
  const codes = first?.codes.split('|') ?? []
  if (!codes.some((code) => fits(code, String(reply.code)))) return false
  const statuses = expected.flatMap(({ text }) => /^[2-5xyz]\.[\dxyz]{1,3}\.[\dxyz]{1,3}(?= |$)/.exec(text)?.[0] ?? [])
  return statuses.every((status) => reply.enhanced !== undefined && fits(status, reply.enhanced))
}

/** Digits must be the same; x, y and z stand for any (in an enhanced code, for any number). */
function fits(pattern: string, actual: string): boolean {
  const dotted = pattern.includes('.')
  const expression = pattern.replaceAll('.', '\\.').replaceAll(/[xyz]/g, dotted ? '\\d+' : '\\d')
  return new RegExp(`^${expression}$`).test(actual)
}

async function nextReply(client: WireClient): Promise<WireReply | string> {
  try {
    return await client.reply()
  } catch (error) {
    return `(${error instanceof Error ? error.message : String(error)})`
  }
}

async function handshake(client: WireClient): Promise<string | undefined> {
  try {
    await client.secure()
    return undefined
  } catch (error) {
    return `(${error instanceof Error ? error.message : String(error)})`
  }
}

function shown({ code, lines }: WireReply): string {
  return lines.map((text, index) => `S: ${code}${index === lines.length - 1 ? ' ' : '-'}${text}`).join('\n')
}
