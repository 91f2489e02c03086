/**
 * The Return-Path field of final delivery (RFC 5321 §4.4): ours is put first, any that came with the message goes.
 *
 * Works on content that streams by; every other octet stays as it was. Relaying must not use this (rfc5321-4.4-15).
 */
import { HeaderSplitter } from './header-splitter.ts'
import type { HeaderPiece } from './header-splitter.ts'

/** Drops the fields of one name from a stream of content. */
export class FieldRemover {
  readonly #splitter = new HeaderSplitter()
  readonly #name: string

  constructor(name: string) {
    this.#name = name.toLowerCase()
  }

  /** What is left of these octets; a field name that is not complete yet is held back (1 KiB at most). */
  pass(bytes: Uint8Array): readonly Uint8Array[] {
    return this.#kept(this.#splitter.split(bytes))
  }

  /** The content is over: what was held back. */
  end(): readonly Uint8Array[] {
    return this.#kept(this.#splitter.end())
  }

  #kept(pieces: readonly HeaderPiece[]): readonly Uint8Array[] {
    return pieces.filter((piece) => piece.kind === 'rest' || piece.name !== this.#name).map((piece) => piece.bytes)
  }
}

/** `Return-Path: <…>`, ended with CRLF; the null reverse-path gives `<>` (rfc5321-4.4-11, rfc5322-3.6.7-01). */
export const returnPathField = (reversePath: string): string =>
  `Return-Path: <${reversePath.replace(/[\p{Cc}<>]/gu, '?')}>\r\n`

/** The message as it goes into a mailbox: Return-Path, then the stored content without any other Return-Path. */
export async function* withReturnPath(
  reversePath: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  // rfc5321-4.4-10 rfc5321-4.4-12 rfc5321-4.4-13
  yield new TextEncoder().encode(returnPathField(reversePath))
  const remover = new FieldRemover('return-path')
  for await (const bytes of content) yield* remover.pass(bytes)
  yield* remover.end()
}
