/**
 * The heart: may this client hand in mail for that place?
 *
 * Accepting delivery (mail from anywhere for our own users) is always right, once incoming mail is allowed. Relaying (mail
 * passing through to a third server) is only for those who authenticated or whose host is trusted. Where neither a method
 * of authentication nor a trusted host is set, nobody can be told from anybody: the server is an open relay and behaves
 * like one, without pretence. The decision is made from where the recipient's domain lies and who the client proved to be;
 * no local-part, no route and nothing that the client merely says takes part in it (rfc2505-2.1-03, -04).
 */

/** What the client is to us. */
export interface Standing {
  readonly authenticated: boolean
  /** Its host is on the list of trusted hosts. */
  readonly trusted: boolean
}

/** What the house has set up. */
export interface House {
  /** A method of authentication or a trusted host is set: insiders can be told from outsiders. */
  readonly tellsInsiders: boolean
  /** Mail from outside is taken for our domains. */
  readonly incomingAllowed: boolean
  /** The door is for our own users only (RFC 6409 §4.3). */
  readonly submission: boolean
  /** Nothing keeps the server from being an open relay here: the door is on loopback, or the administrator agreed. */
  readonly openRelayPermitted: boolean
}

/** Where the recipient's domain lies: with us, with a domain that we are backup for, or elsewhere. */
export type Place = 'local' | 'backup' | 'remote'

export type Passage =
  /** Into a mailbox here. */
  | 'deliver'
  /** To the domain's own exchangers, for anybody, because we said that we are its backup. */
  | 'backup'
  /** To a third server. */
  | 'relay'
  | 'incoming-off'
  | 'relaying-denied'
  | 'authentication-required'

export const passage = (place: Place, standing: Standing, house: House): Passage => {
  // rfc5321-7.9-01 rfc2505-2.1-01: who proved to be one of us may send anywhere.
  if (standing.authenticated || standing.trusted) return place === 'local' ? 'deliver' : 'relay'
  const openRelay = !house.tellsInsiders && house.openRelayPermitted
  // rfc6409-4.3-01 rfc5068-3.1-02: at the users' door even mail for local users needs a proof.
  if (house.submission && !openRelay) return 'authentication-required'
  // rfc5068-4.1-01: a stranger's mail for our own users, and for the domains we are backup for.
  if (place !== 'remote' && house.incomingAllowed) return place === 'local' ? 'deliver' : 'backup'
  if (place === 'local') return 'incoming-off'
  if (openRelay) return 'relay'
  return place === 'backup' ? 'incoming-off' : 'relaying-denied'
}
