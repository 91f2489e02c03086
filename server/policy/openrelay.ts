/**
 * Where may a server that is an open relay listen?
 *
 * With neither a method of authentication nor a trusted host, or with everybody trusted, the server relays for anybody
 * (settings/open-relay.ts says when). That is an honest state to be
 * in on loopback, and a danger to everybody else's mailbox anywhere else: so it is told loudly, and beyond loopback the
 * server listens only when the administrator has said in so many words that this is meant.
 */
import { openingWords, relayOpening } from '../settings/open-relay.ts'
import type { Settings } from '../settings/schema.ts'
import { isLoopback } from '../settings/shapes.ts'

/** What these judgements read. */
export type RelaySettings = Pick<Settings, 'authentication' | 'relay'>

/**
 * Whether insiders can be told from outsiders. A trusted host that cannot be parsed matches nobody, but counts as set: a
 * typing mistake closes the server, it never opens it.
 */
export const tellsInsiders = (settings: RelaySettings): boolean =>
  settings.authentication.methods.length > 0 || settings.relay.trustedHosts.length > 0

/** Whether anybody could relay through this server. */
export const openRelay = (settings: RelaySettings): boolean => relayOpening(settings) !== undefined

export type Permission = { readonly kind: 'ok' } | { readonly kind: 'refusal'; readonly sentence: string }

/** Whether a listener may be opened, or a session may use an open relay, at this address of ours. */
export const mayListen = (settings: RelaySettings, address: string): Permission => {
  const opening = relayOpening(settings)
  if (opening === undefined || settings.relay.acknowledgeOpenRelay || isLoopback(address)) return { kind: 'ok' }
  const { says, remedy } = openingWords[opening]
  return {
    kind: 'refusal',
    sentence:
      `Refusing to listen on ${address}. ${says} ${remedy} ` +
      'Otherwise listen on loopback only, or say that it is meant with relay.acknowledgeOpenRelay.',
  }
}
