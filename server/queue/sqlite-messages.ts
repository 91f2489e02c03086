/**
 * What the store and its worker thread say to each other, as types.
 *
 * Every request has a number and one answer. Requests of one burst are carried out in the order they were sent, inside
 * one transaction; answers are sent only after its commit.
 */
import type { Envelope } from '../message/envelope.ts'
import type { Milliseconds, SetAside } from '../ports.ts'

/** Content is cut into rows of this many octets; the last one may be shorter. */
export const chunkSize = 64 * 1024

/** What the worker needs to know at its start. */
export interface WorkerOptions {
  readonly folder: string
  /** The present moment, for the names of what is set aside. */
  readonly now: Milliseconds
  /** The database file may not grow beyond so many octets; 0 means that the disk alone sets the limit. */
  readonly maximumOctets: number
}

/** Content of a new message: what was written ahead, and the rest, which goes into the same transaction. */
export interface StoredContent {
  readonly container: number
  /** Chunks already written; the tail becomes the next one. */
  readonly chunks: number
  readonly tail: Uint8Array<ArrayBuffer>
  readonly octets: number
}

export interface NewMessage {
  readonly id: string
  readonly document: string
  /** Recipient ids and documents, in order. */
  readonly recipients: readonly (readonly [id: string, document: string])[]
  readonly content: StoredContent
}

/** Requests that change the database: gathered into one transaction. */
export type Change =
  | { readonly kind: 'write'; readonly container: number; readonly chunk: number; readonly bytes: Uint8Array }
  | { readonly kind: 'accept'; readonly messages: readonly NewMessage[] }
  | {
      readonly kind: 'settle'
      readonly envelope: string
      readonly recipients: readonly (readonly [id: string, document: string])[]
      readonly offspring: readonly NewMessage[]
      readonly finished: boolean
    }
  | { readonly kind: 'discard'; readonly container: number }

export type Request =
  | Change
  | { readonly kind: 'load'; readonly after: number }
  | { readonly kind: 'read'; readonly envelope: string; readonly chunk: number }
  | { readonly kind: 'close' }

export interface Call {
  readonly call: number
  readonly request: Request
}

/** One page of what was found at the start; `next` goes on after it, undefined when it is the last. */
export interface LoadedPage {
  readonly envelopes: readonly Envelope[]
  readonly setAside: readonly SetAside[]
  readonly next?: number
}

export interface ReadPiece {
  readonly bytes: Uint8Array
  /** Octets of the whole content. */
  readonly octets: number
}

/** What the worker sends back for each request. */
export type Answer =
  | { readonly call: number; readonly kind: 'done' }
  /** A written chunk's buffer comes home to be used again. */
  | { readonly call: number; readonly kind: 'written'; readonly buffer: ArrayBuffer }
  | { readonly call: number; readonly kind: 'page'; readonly page: LoadedPage }
  | { readonly call: number; readonly kind: 'piece'; readonly piece: ReadPiece }
  /** `buffer` comes home also when writing its chunk failed. */
  | { readonly call: number; readonly kind: 'refused'; readonly reason: string; readonly buffer?: ArrayBuffer }

/** The worker's first word, then bundles of answers. */
export type FromWorker =
  | { readonly kind: 'opened'; readonly nextContainer: number; readonly setAside: readonly SetAside[] }
  | { readonly kind: 'not-opened'; readonly reason: string }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  | { readonly kind: 'warning'; readonly reason: string }
