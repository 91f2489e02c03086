/**
 * What DNS says of a domain at the door, where the settings ask for it: whether mail for it could arrive at all, and
 * whether the name of a client is truly its name.
 *
 * Asks and waits; the resolver's own deadlines bound it. A domain takes mail when it has an exchanger or an address
 * (RFC 5321 §5.1), and none where its only exchanger is the root (RFC 7505).
 */
import type { Client } from '../policy/client.ts'
import type { RecipientRuling } from '../policy/recipients.ts'
import { granted, refused } from '../policy/ruling.ts'
import type { PolicyRuling } from '../policy/ruling.ts'
import { asciiHost } from '../protocol/path.ts'
import type { ForwardPath, Host, ReversePath } from '../protocol/path.ts'
import { replies } from '../protocol/replies.ts'
import type { Resolver } from '../ports.ts'
import type { Desk } from './desk.ts'

export type Standing = 'takes-mail' | 'null-mx' | 'unknown' | 'not-now'

/** `host` is not ours. Literals lead somewhere without DNS. */
export const standingOf = async (host: Host, resolver: Resolver): Promise<Standing> => {
  if (host.kind !== 'domain') return 'takes-mail'
  const domain = asciiHost(host)
  const exchangers = await resolver.mx(domain)
  if (exchangers.kind === 'no-such-name') return 'unknown'
  if (exchangers.kind === 'failed') return 'not-now'
  if (exchangers.kind === 'found') {
    const [only, ...others] = exchangers.records
    return only?.exchange === '' && others.length === 0 ? 'null-mx' : 'takes-mail' // rfc7505-3-01
  }
  const addresses = await resolver.addresses(domain)
  if (addresses.kind === 'found') return 'takes-mail'
  return addresses.kind === 'failed' ? 'not-now' : 'unknown'
}

/** What the settings make of the domain of a reverse-path; undefined where it is not asked for. */
export const senderDomainRuling = (
  desk: Pick<Desk, 'policy' | 'resolver'>,
  client: Client,
  reversePath: ReversePath,
): Promise<PolicyRuling> | undefined => {
  const { directory, settings } = desk.policy()
  const { senderDomains } = settings.refusals
  if (senderDomains === 'unchecked' || reversePath.kind === 'null') return undefined
  const { host } = reversePath.mailbox
  if (directory.isLocal(host, client.localAddress)) return undefined
  const unknown = senderDomains === 'refuse' ? replies.senderDomainUnknown : replies.senderDomainDeferred
  return standingOf(host, desk.resolver).then((standing) => {
    switch (standing) {
      case 'null-mx':
        return refused('sender-null-mx', replies.senderNullMx) // rfc7505-4.1-03
      case 'unknown':
        return refused('sender-domain-unknown', unknown) // rfc2505-2.9-01 rfc2505-2.9-03
      case 'not-now':
        return refused('sender-domain-unresolved', replies.senderDomainUnresolved) // rfc2505-2.9-02
      default:
        return granted
    }
  })
}

/** The ruling on a recipient elsewhere, once DNS was asked for the domain; undefined where there is nothing to ask. */
export const recipientDomainRuling = (
  desk: Pick<Desk, 'policy' | 'resolver'>,
  forwardPath: ForwardPath,
  judged: RecipientRuling,
): Promise<RecipientRuling> | undefined => {
  if (desk.policy().settings.refusals.recipientDomains === 'unchecked') return undefined
  if (judged.kind === 'refused' || judged.passage === 'deliver' || forwardPath.kind === 'postmaster') return undefined
  return standingOf(forwardPath.mailbox.host, desk.resolver).then((standing) => {
    switch (standing) {
      case 'null-mx':
        return refused('recipient-null-mx', replies.recipientNullMx) // rfc7505-4.1-02 rfc7504-4-01
      case 'unknown':
        return refused('recipient-domain-unknown', replies.recipientDomainUnknown)
      default:
        // What cannot be told now is: the queue has days to ask again.
        return judged
    }
  })
}

/** Names of an address that are looked at: whoever owns the reverse zone may write as many as they like. */
const mostNames = 10

/** The first name of the address that leads back to it; undefined when there is none, or none for now. rfc2505-2.1-02 */
export const confirmedName = async (address: string, resolver: Resolver): Promise<string | undefined> => {
  const names = await resolver.names(address)
  if (names.kind !== 'found') return undefined
  for (const name of names.records.slice(0, mostNames)) {
    const found = await resolver.addresses(name)
    if (found.kind === 'found' && found.records.some((record) => record.address === address)) return name
  }
  return undefined
}
