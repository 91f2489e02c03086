/**
 * Checks of what protects the server and its users: authentication, passwords, TLS, and not being an open relay.
 */
import { openingWords, relayOpening } from '../open-relay.ts'
import { prepared } from '../../protocol/authentication/saslprep.ts'
import { parseVerifier } from '../passwords.ts'
import type { Settings } from '../schema.ts'
import { isLoopback } from '../shapes.ts'
import type { Check, Findings } from './finding.ts'

export const checkProtection: Check = (settings, findings) => {
  checkOpenRelay(settings, findings)
  checkMethods(settings, findings)
  checkPasswords(settings, findings)
  checkTls(settings, findings)
  checkWaits(settings, findings)
}

function checkOpenRelay(settings: Settings, findings: Findings): void {
  const opening = relayOpening(settings)
  if (opening === undefined || !settings.smtp.enabled) return
  const { says, remedy } = openingWords[opening]
  findings.remark(opening === 'everybody-is-trusted' ? ['relay', 'trustedHosts'] : ['relay'], says, remedy)
  if (settings.relay.acknowledgeOpenRelay) return
  settings.listeners.forEach(({ address }, index) => {
    if (isLoopback(address)) return
    findings.mistake(
      ['listeners', index, 'address'],
      address,
      'An open relay does not listen beyond loopback unless it is told that it may.',
      `${remedy} Or listen on 127.0.0.1; or, if you really want an open relay, set relay.acknowledgeOpenRelay.`,
    )
  })
}

function checkMethods(settings: Settings, findings: Findings): void {
  const { methods, clearText } = settings.authentication
  methods.forEach((method, index) => {
    if (methods.indexOf(method) === index) return
    findings.mistake(
      ['authentication', 'methods', index],
      method,
      'This method is listed twice.',
      'Remove one of the two.',
    )
  })
  if (methods.length === 0) {
    settings.listeners.forEach(({ role }, index) => {
      if (role === 'relay') return
      findings.remark(
        ['listeners', index, 'role'],
        'A listener for submission is open, but no method of authentication is on: no user can log in there.',
        'Turn on a method in authentication.methods.',
      )
    })
    return
  }
  if (settings.users.length === 0) {
    findings.remark(['users'], 'Methods of authentication are on, but there is no user who could log in.', 'Add users.')
  }
  const needTls = methods.every((method) => method === 'PLAIN' || method === 'LOGIN') && !clearText
  if (needTls && !settings.tls.offered && settings.listeners.every(({ role }) => role !== 'submissions')) {
    findings.remark(
      ['authentication', 'clearText'],
      'Nobody can log in: PLAIN and LOGIN need TLS, and TLS is not offered.',
      'Set tls.offered, open a submissions listener, or turn on a method that needs no TLS, such as SCRAM-SHA-256.',
    )
  }
}

function checkPasswords(settings: Settings, findings: Findings): void {
  const needsSecret = settings.authentication.methods.includes('CRAM-MD5')
  settings.users.forEach((user, index) => {
    const at = ['users', index]
    if (user.verifier !== undefined && parseVerifier(user.verifier) === undefined) {
      findings.mistake(
        [...at, 'verifier'],
        user.verifier,
        'This is not a SCRAM-SHA-256 verifier, or a weaker one than RFC 7677 allows.',
        'Give the user a password instead; the verifier is made from it.',
      )
    }
    const { password, verifier, secret } = user
    for (const [name, text] of Object.entries({ password, secret })) {
      if (text === undefined || prepared(text) !== undefined) continue
      findings.mistake(
        [...at, name],
        text,
        'This password has characters that no client could send.',
        'Choose one without control characters and private or unassigned signs.',
      )
    }
    if (password === undefined && verifier === undefined && secret === undefined) {
      findings.remark(at, `The user "${user.name}" has no password and cannot log in.`, 'Give the user a password.')
    } else if (needsSecret && password === undefined && secret === undefined) {
      findings.remark(
        at,
        `The user "${user.name}" cannot log in with CRAM-MD5: only a verifier is kept, from which the password cannot be told.`,
        'Give the user a new password, or let them use another method.',
      )
    } else if (!needsSecret && secret !== undefined) {
      findings.remark(
        [...at, 'secret'],
        `The password of "${user.name}" stands here in clear, though only CRAM-MD5 needs it and that is off.`,
        'Nothing to do: it is replaced by a verifier when the settings are saved.',
      )
    }
  })
}

function checkTls(settings: Settings, findings: Findings): void {
  const { certificate, key, offered, requiredOnRelay, requiredOnSubmission } = settings.tls
  if ((certificate === undefined) !== (key === undefined)) {
    const lacking = certificate === undefined ? 'certificate' : 'key'
    findings.mistake(
      ['tls', lacking],
      undefined,
      lacking === 'key' ? 'There is a certificate, but no key to it.' : 'There is a key, but no certificate to it.',
      'Give both files, or neither: then a self-signed certificate is made.',
    )
  }
  const roles = new Set(settings.listeners.map((listener) => listener.role))
  const unreachable = 'TLS is required but STARTTLS is not offered: nobody could hand in mail.'
  if (!offered && requiredOnRelay && roles.has('relay')) {
    findings.mistake(
      ['tls', 'requiredOnRelay'],
      true,
      unreachable,
      'Set tls.offered to true, or tls.requiredOnRelay to false.',
    )
  }
  if (!offered && requiredOnSubmission && roles.has('submission')) {
    findings.mistake(
      ['tls', 'requiredOnSubmission'],
      true,
      unreachable,
      'Set tls.offered to true, or tls.requiredOnSubmission to false.',
    )
  }
  if (requiredOnRelay && settings.incoming.allowed && settings.listeners.some(isPublicRelay)) {
    // rfc3207-4: a publicly referenced server must not require STARTTLS to take mail for its domains.
    findings.remark(
      ['tls', 'requiredOnRelay'],
      'TLS is required of other mail servers: those that cannot do it will not reach you (RFC 3207 §4).',
      'Set tls.requiredOnRelay to false unless only servers that you know send mail here.',
    )
  }
}

function isPublicRelay(listener: Settings['listeners'][number]): boolean {
  return listener.role === 'relay' && !isLoopback(listener.address)
}

function checkWaits(settings: Settings, findings: Findings): void {
  const { retryAfter, lifetime, notificationLifetime, delayWarning } = settings.queue
  retryAfter.forEach((wait, index) => {
    if (wait > 0) return
    findings.mistake(
      ['queue', 'retryAfter', index],
      '0',
      'Without a wait between attempts the queue would never rest.',
      'Write at least 1s.',
    )
  })
  if (delayWarning >= Math.max(lifetime, 1)) {
    findings.remark(
      ['queue', 'delayWarning'],
      'Nobody will ever be told of a delay: the message is returned before.',
      'Make queue.delayWarning shorter than queue.lifetime, or 0s to have no warnings.',
    )
  }
  for (const [name, span] of Object.entries({ lifetime, notificationLifetime })) {
    if (span > 0) continue
    findings.mistake(
      ['queue', name],
      '0',
      'A message would be returned before it was tried.',
      'Write how long to try: 5d, 2d.',
    )
  }
  const shortest = 5 * 60_000
  for (const [name, span] of [
    ['commandTimeout', settings.limits.commandTimeout],
    ['dataTimeout', settings.limits.dataTimeout],
  ] as const) {
    const least = name === 'dataTimeout' ? (shortest * 3) / 5 : shortest
    if (span >= least) continue
    // rfc5321-4.5.3.2-03: it can be set, but the standard's minimum is worth a word.
    findings.remark(
      ['limits', name],
      'This is shorter than the standard allows (RFC 5321 §4.5.3.2); slow but honest clients will be cut off.',
      `Write at least ${least / 60_000}m, except in a laboratory.`,
    )
  }
}
