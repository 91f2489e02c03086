/**
 * The one question that matters most: do these settings let anybody send mail through this server to anybody?
 *
 * With neither a method of authentication nor a trusted host there is nothing to tell a stranger by, and the server is
 * an open relay; the same holds when everybody is trusted. The check of settings, the journal and the health answer
 * all ask here.
 */
import type { Settings } from './schema.ts'
import { networkOf } from './shapes.ts'

export type RelayOpening = 'neither-method-nor-host' | 'everybody-is-trusted'

/** Why these settings make an open relay; undefined when they do not. */
export function relayOpening(settings: Pick<Settings, 'authentication' | 'relay'>): RelayOpening | undefined {
  const { trustedHosts } = settings.relay
  if (trustedHosts.some((host) => networkOf(host)?.prefix === 0)) return 'everybody-is-trusted'
  return settings.authentication.methods.length === 0 && trustedHosts.length === 0
    ? 'neither-method-nor-host'
    : undefined
}

/** What to say about each opening, wherever it is said. */
export const openingWords: Readonly<Record<RelayOpening, { readonly says: string; readonly remedy: string }>> = {
  'neither-method-nor-host': {
    says: 'This server is an open relay: neither a method of authentication nor a trusted host is set, so anybody may send mail through it to anybody.',
    remedy: 'Turn on a method in authentication.methods, or name the hosts that may relay in relay.trustedHosts.',
  },
  'everybody-is-trusted': {
    says: 'This server is an open relay: relay.trustedHosts holds a network of all addresses, so anybody may send mail through it to anybody.',
    remedy: 'Name only the hosts and networks that may relay in relay.trustedHosts.',
  },
}
