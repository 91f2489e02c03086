/**
 * The one entry to policy: a version of the settings made ready for questions, and a ruling for each.
 *
 * Pure: no I/O, no clock, no memory. The same question to the same settings gets the same ruling. What needs memory
 * (rates, connections open now) is counted by reception, with the values of limits.ts, and handed in or judged there.
 */
import type { ForwardPath, ReversePath } from '../protocol/path.ts'
import type { Reply } from '../protocol/reply.ts'
import { replies } from '../protocol/replies.ts'
import type { Settings } from '../settings/schema.ts'
import { authenticationRequired } from './authentication.ts'
import type { Client } from './client.ts'
import { createDirectory } from './directory.ts'
import type { Directory } from './directory.ts'
import { hostList } from './hosts.ts'
import { mayListen, tellsInsiders } from './openrelay.ts'
import { ruleRecipient } from './recipients.ts'
import type { RecipientRuling } from './recipients.ts'
import type { House, Standing } from './relay.ts'
import { granted, refused } from './ruling.ts'
import type { PolicyRuling, Refused } from './ruling.ts'
import { ruleSender } from './senders.ts'
import { expand, verify } from './verification.ts'

/** How busy the server is as a connection comes in, itself included. */
export interface Load {
  readonly connections: number
  readonly fromThisHost: number
  /** This host has used up its connections of the minute. */
  readonly tooFast: boolean
}

export interface Policy {
  readonly settings: Settings
  readonly directory: Directory
  /** The host may relay without authentication, and is exempt from limits per host. */
  trusts(client: Pick<Client, 'address' | 'name'>): boolean
  /** Some trusted hosts are told by their names. */
  readonly trustsNames: boolean
  /** Authenticated, or on a trusted host. */
  isInsider(client: Client): boolean
  requiresAuthentication(client: Client): boolean
  /** Refused permanently: the session stays open until QUIT (554) or says no to everything (521); 421 closes. */
  ruleConnection(client: Client, load: Load): PolicyRuling
  earlyTalker(): Refused
  ruleSender(client: Client, reversePath: ReversePath): PolicyRuling
  /** `smtputf8`: the transaction is one of RFC 6531. */
  ruleRecipient(client: Client, forwardPath: ForwardPath, smtputf8?: boolean): RecipientRuling
  verify(client: Client, argument: string, smtputf8: boolean): Reply
  expand(client: Client, argument: string, smtputf8: boolean): Reply
}

export const createPolicy = (settings: Settings): Policy => {
  const { hostName, limits, refusals } = settings
  const directory = createDirectory(settings)
  const trusted = hostList(settings.relay.trustedHosts)
  // rfc2505-2.1-02
  const trusts = ({ address, name }: Pick<Client, 'address' | 'name'>): boolean => trusted.has(address, name)
  const refusesHost = hostList(refusals.hosts)
  const standing = (client: Client): Standing => ({
    authenticated: client.user !== undefined,
    trusted: trusts(client),
  })
  const isInsider = (client: Client): boolean => client.user !== undefined || trusts(client)
  const openRelayPermitted = (client: Client): boolean => mayListen(settings, client.localAddress).kind === 'ok'
  const house = (client: Client): House => ({
    tellsInsiders: tellsInsiders(settings),
    incomingAllowed: settings.incoming.allowed,
    submission: client.role !== 'relay',
    openRelayPermitted: openRelayPermitted(client),
  })
  const inquiry = (client: Client, argument: string, smtputf8: boolean) => ({
    argument,
    smtputf8,
    insider: isInsider(client),
    localAddress: client.localAddress,
  })
  return {
    settings,
    directory,
    trusts,
    trustsNames: trusted.names,
    isInsider,
    requiresAuthentication: (client) =>
      authenticationRequired({
        submission: client.role !== 'relay',
        trusted: trusts(client),
        openRelay: !tellsInsiders(settings) && openRelayPermitted(client),
      }),
    ruleConnection: (client, load) => {
      // rfc7504-3-01; rfc6409-7-04: never at the users' door.
      if (refusals.noMail && client.role === 'relay') return refused('no-mail-here', replies.noMailHere(hostName))
      // rfc2505-2.5-01 rfc7504-3-02: particular hosts get 554, not 521.
      const close = { close: true } as const
      if (refusals.answers.hosts !== 'accept' && refusesHost.has(client.address)) {
        // rfc2505-2.13-01
        return refusals.answers.hosts === 'refuse'
          ? refused('host-refused', replies.hostRefused(hostName))
          : { ...refused('host-deferred', replies.hostDeferred(hostName)), ...close }
      }
      if (load.connections > limits.connections) {
        return { ...refused('too-many-connections', replies.tooManyConnections(hostName)), ...close }
      }
      if (trusts(client)) return granted
      if (load.fromThisHost > limits.connectionsPerHost || load.tooFast) {
        const cause = load.tooFast ? 'connecting-too-fast' : 'too-many-connections-from-host'
        return { ...refused(cause, replies.tooManyConnectionsFromYou(hostName)), ...close }
      }
      return granted
    },
    earlyTalker: () => refused('early-talker', replies.earlyTalker(hostName)),
    ruleSender: (client, reversePath) => ruleSender(settings, directory, client, reversePath),
    ruleRecipient: (client, forwardPath, smtputf8 = false) =>
      ruleRecipient(
        { directory, house: house(client), standing: standing(client), relayRefusal: refusals.answers.relaying },
        client,
        forwardPath,
        smtputf8,
      ),
    verify: (client, argument, smtputf8) => verify(settings.verify, directory, inquiry(client, argument, smtputf8)),
    expand: (client, argument, smtputf8) => expand(settings.verify, directory, inquiry(client, argument, smtputf8)),
  }
}
