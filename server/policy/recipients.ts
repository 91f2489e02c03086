/**
 * RCPT: where a forward-path leads and whether this client may send there.
 *
 * A source route is ignored and the final mailbox decides (rfc5321-3.3-07, rfc5321-4.1.1.3-04). First it is settled
 * whether the client may send to that place at all (relay.ts); only then is an unknown local user told from a known one,
 * so that a client that may not send learns nothing about who lives here.
 */
import { asciiHost } from '../protocol/path.ts'
import type { ForwardPath, Host } from '../protocol/path.ts'
import { replies } from '../protocol/replies.ts'
import type { Reply } from '../protocol/reply.ts'
import { isAscii } from '../protocol/text.ts'
import type { Client } from './client.ts'
import { addressOf } from './directory.ts'
import type { Directory, Resident } from './directory.ts'
import { passage } from './relay.ts'
import type { House, Passage, Place, Standing } from './relay.ts'
import { refused } from './ruling.ts'
import type { Refused } from './ruling.ts'

export type RecipientRuling =
  | {
      readonly kind: 'granted'
      readonly passage: Extract<Passage, 'deliver' | 'backup' | 'relay'>
      /** Instead of 250. */
      readonly reply?: Reply
    }
  | Refused

/** Where a host lies, seen from here. */
export const placeOf = (host: Host, directory: Directory, localAddress: string): Place => {
  if (directory.isLocal(host, localAddress)) return 'local'
  return directory.isBackup(host) ? 'backup' : 'remote'
}

/** A name without a dot, which means something else on every machine (rfc6409-4.2-01, rfc6409-4.2-03: never completed). */
export const isUnqualified = (host: Host): boolean => host.kind === 'domain' && !host.name.includes('.')

/** What is known of the house and of the client's standing in it. */
export interface RecipientFacts {
  readonly directory: Directory
  readonly house: House
  readonly standing: Standing
  /** How a client is told that it may not relay: for good, or for now. */
  readonly relayRefusal: 'refuse' | 'defer'
}

/** Somebody who has this address here: taken, or told where else they are (RFC 5321 §3.4). */
const deliver = (resident: Resident, primaryDomain: string, smtputf8: boolean): RecipientRuling => {
  const granted = { kind: 'granted', passage: 'deliver' } as const
  if (resident.kind !== 'alias' || resident.alias.moved === 'silently') return granted
  const { moved, to } = resident.alias
  const [target = ''] = to
  const { localPart, domain = primaryDomain } = addressOf(target)
  const address = `${localPart}@${isAscii(localPart) ? asciiHost({ kind: 'domain', name: domain }) : domain}`
  // rfc6531-3.7.4.1-01: to a client that does not read UTF-8, nothing of the new address.
  const sayable = isAscii(address) || smtputf8
  if (moved === 'refused')
    return refused('user-moved', sayable ? replies.userMoved(`<${address}>`) : replies.userMovedAway)
  return sayable ? { ...granted, reply: replies.willForward(`<${address}>`) } : granted
}

/** Rules on a forward-path. Rates and the number of recipients are judged elsewhere. */
export const ruleRecipient = (
  { directory, house, standing, relayRefusal }: RecipientFacts,
  client: Client,
  forwardPath: ForwardPath,
  smtputf8: boolean,
): RecipientRuling => {
  // rfc5321-4.1.1.3-08 rfc5321-4.5.1-04: bare postmaster is the postmaster of this server.
  const host: Host =
    forwardPath.kind === 'postmaster' ? { kind: 'domain', name: directory.primaryDomain } : forwardPath.mailbox.host
  const localPart = forwardPath.kind === 'postmaster' ? 'postmaster' : forwardPath.mailbox.localPart
  const place = placeOf(host, directory, client.localAddress)
  const way = passage(place, standing, house)
  switch (way) {
    case 'authentication-required':
      return refused(way, replies.authenticationRequired)
    case 'incoming-off':
      return refused(way, replies.noIncomingMail)
    case 'relaying-denied':
      // rfc5321-3.6.2-02 rfc5321-7.9-02 rfc6409-6.2-01
      return refused(way, relayRefusal === 'refuse' ? replies.relayDenied : replies.relayDeferred)
    case 'deliver': {
      const resident = directory.resident(localPart, host)
      // rfc5321-3.3-05
      return resident === undefined
        ? refused('no-such-user', replies.noSuchUser)
        : deliver(resident, directory.primaryDomain, smtputf8)
    }
    case 'relay':
      return client.role !== 'relay' && isUnqualified(host)
        ? refused('unqualified-domain', replies.recipientDomainUnqualified)
        : { kind: 'granted', passage: way }
    default:
      return { kind: 'granted', passage: way }
  }
}
