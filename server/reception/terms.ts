/**
 * What a listener offers and demands of one session, worked out from the settings as the session opens.
 */
import type { Client } from '../policy/client.ts'
import type { Policy } from '../policy/policy.ts'
import type { Terms } from '../protocol/exchange.ts'

/** Octets of a text line, CRLF included, in a message that conforms (RFC 5322 §2.1.1). */
const longestLine = 1000

export const termsFor = (policy: Policy, client: Client): Terms => {
  const { authentication, hostName, limits, refusals, tls } = policy.settings
  const { role } = client
  return {
    role,
    hostName,
    tlsAvailable: tls.offered && role !== 'submissions',
    // Implicit TLS is there from the first octet.
    tlsRequired: role === 'relay' ? tls.requiredOnRelay : role === 'submission' && tls.requiredOnSubmission,
    authenticationRequired: policy.requiresAuthentication(client),
    mechanisms: authentication.methods,
    clearTextPasswords: authentication.clearText,
    maximumMessageSize: limits.messageSize,
    maximumRecipients: limits.recipients,
    maximumCommandLine: limits.commandLine,
    // rfc6409-8-01: what users hand in goes out in good form, or not at all.
    maximumTextLine: role === 'relay' ? limits.textLine : Math.min(limits.textLine, longestLine),
    maximumErrors: limits.errorsPerSession,
    maximumAuthenticationFailures: authentication.failuresPerSession,
    bareLineEnds: refusals.bareLineEnds,
    withheld: [],
  }
}
