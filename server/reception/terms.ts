/**
 * What a listener offers and demands of one session, worked out from the settings as the session opens.
 */
import type { Client } from '../policy/client.ts'
import type { Policy } from '../policy/policy.ts'
import type { Terms } from '../protocol/exchange.ts'

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
    maximumTextLine: limits.textLine,
    maximumErrors: limits.errorsPerSession,
    maximumAuthenticationFailures: authentication.failuresPerSession,
    bareLineEnds: refusals.bareLineEnds,
    withheld: [],
  }
}
