/**
 * What policy answers: granted, or refused with the reply that the client gets and the cause that the journal tells.
 *
 * The two faces of a refusal are kept apart: the reply is public and says no more than the standard asks, the cause is
 * one of a few fixed words for the people who run the server.
 */
import type { Reply } from '../protocol/reply.ts'

export interface Refused {
  readonly kind: 'refused'
  readonly reply: Reply
  /** For the journal: lower-case words joined by hyphens. */
  readonly cause: string
  /** The session ends after the reply. */
  readonly close?: boolean
}

export type PolicyRuling = { readonly kind: 'granted' } | Refused

export const granted = { kind: 'granted' } as const

export const refused = (cause: string, reply: Reply): Refused => ({ kind: 'refused', reply, cause })
