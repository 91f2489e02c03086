/**
 * Checks of names, addresses and ports: what the server is called, where it listens, whom it trusts, where it sends.
 */
import { isIP, isIPv4 } from 'node:net'
import { closest, type Path } from '../mistake.ts'
import { defaultHostName, type Settings } from '../schema.ts'
import {
  addressAndPortOf,
  isAddressLiteral,
  isDomainName,
  isEveryAddress,
  isLoopback,
  mailAddressOf,
  networkOf,
  sameName,
} from '../shapes.ts'
import type { Check, Findings } from './finding.ts'

export const checkHosts: Check = (settings, findings) => {
  checkIncoming(settings, findings)
  checkListeners(settings, findings)
  checkNetworks(settings.relay.trustedHosts, ['relay', 'trustedHosts'], findings, true)
  checkNetworks(settings.refusals.hosts, ['refusals', 'hosts'], findings)
  checkSenders(settings, findings)
  checkOutgoing(settings, findings)
  checkMailboxService(settings, findings)
}

function checkIncoming(settings: Settings, findings: Findings): void {
  const { allowed, domains, relayDomains } = settings.incoming
  if (!isDomainName(settings.hostName) && !isAddressLiteral(settings.hostName)) {
    findings.mistake(
      ['hostName'],
      settings.hostName,
      'This is not a host name.',
      'Write a domain name such as mail.example.org.',
    )
  }
  checkDomains(domains, ['incoming', 'domains'], findings)
  checkDomains(relayDomains, ['incoming', 'relayDomains'], findings)
  relayDomains.forEach((domain, index) => {
    if (domains.some((local) => sameName(local, domain))) {
      findings.mistake(
        ['incoming', 'relayDomains', index],
        domain,
        'This domain is also one of incoming.domains: its mail cannot both stay here and go on.',
        'Keep it in one of the two lists.',
      )
    }
  })
  if (!allowed) return
  if (domains.length === 0 && relayDomains.length === 0) {
    findings.mistake(
      ['incoming', 'domains'],
      domains,
      'Incoming mail is allowed, but for no domain.',
      'Name the domains to accept mail for, or turn incoming.allowed off.',
    )
  }
  if (settings.hostName === defaultHostName) {
    const says = 'Incoming mail is allowed, but the server has no host name of its own.'
    const remedy = 'Set hostName to the name under which other servers find this one, such as mail.example.org.'
    if (settings.listeners.every((listener) => isLoopback(listener.address)))
      findings.remark(['hostName'], says, remedy)
    else findings.mistake(['hostName'], settings.hostName, says, remedy)
  }
}

function checkDomains(domains: readonly string[], path: Path, findings: Findings): void {
  domains.forEach((domain, index) => {
    const at = [...path, index]
    if (domain.includes('@')) {
      const after = domain.slice(domain.lastIndexOf('@') + 1)
      findings.mistake(at, domain, 'This is a mail address, not a domain.', `Write only the domain: "${after}".`)
    } else if (domain.endsWith('.')) {
      findings.mistake(
        at,
        domain,
        'A domain stands here without the dot at its end.',
        `Write "${domain.replace(/\.+$/, '')}".`,
      )
    } else if (!isDomainName(domain) && !isAddressLiteral(domain)) {
      findings.mistake(
        at,
        domain,
        'This is not a domain name.',
        'Write a name such as example.org: letters, digits and hyphens between dots.',
      )
    } else if (domains.findIndex((other) => sameName(other, domain)) < index) {
      findings.mistake(at, domain, 'This domain is listed twice.', 'Remove one of the two.')
    }
  })
}

function checkListeners(settings: Settings, findings: Findings): void {
  const { listeners, admin } = settings
  listeners.forEach(({ address, port }, index) => {
    const at = ['listeners', index]
    if (isIP(address) === 0) {
      const meant = closest(address, ['127.0.0.1', '0.0.0.0', '::1', '::'])
      findings.mistake(
        [...at, 'address'],
        address,
        'This is not an IP address.',
        meant === undefined ? 'Write an address of this machine; 0.0.0.0 or :: for all.' : `Did you mean "${meant}"?`,
      )
      return
    }
    const rival = listeners.findIndex((other) => port !== 0 && other.port === port && overlap(other.address, address))
    if (rival < index && rival !== -1) {
      findings.mistake(
        [...at, 'port'],
        port,
        `Listener number ${rival + 1} already has this address and port.`,
        'Give each listener an address and port of its own.',
      )
    }
  })
  if (!isLoopback(admin.address)) {
    findings.mistake(
      ['admin', 'address'],
      admin.address,
      'The administration API listens on loopback only.',
      'Write 127.0.0.1 or ::1; to reach it from elsewhere, use a tunnel such as ssh -L.',
    )
  } else if (
    admin.enabled &&
    admin.port !== 0 &&
    listeners.some((other) => other.port === admin.port && overlap(other.address, admin.address))
  ) {
    findings.mistake(
      ['admin', 'port'],
      admin.port,
      'A listener already has this address and port.',
      'Choose another port for the administration API.',
    )
  }
}

/** Whether two sockets cannot have the same port on these addresses. */
function overlap(one: string, other: string): boolean {
  if (one === other) return true
  if (isEveryAddress(one) || isEveryAddress(other)) return isIP(one) === isIP(other)
  return false
}

/** `host.example`, `*.example`: not the stars of a network that was written badly, nor a name without a dot. */
const isHostPattern = (text: string): boolean => {
  const name = text.replace(/^\*?\./, '')
  return isDomainName(name) && name.includes('.') && !/^[\d.*]+$/.test(text)
}

function checkNetworks(networks: readonly string[], path: Path, findings: Findings, names = false): void {
  networks.forEach((network, index) => {
    if (networkOf(network) !== undefined || (names && isHostPattern(network))) return
    findings.mistake(
      [...path, index],
      network,
      `This is neither an IP address nor a network${names ? ', nor the name of a host' : ''}.`,
      `Write an address (192.0.2.7, 2001:db8::7) or a network (192.0.2.0/24, 2001:db8::/32)${names ? ', or a name (*.inside.example)' : ''}.`,
    )
  })
}

function checkSenders(settings: Settings, findings: Findings): void {
  settings.refusals.senders.forEach((sender, index) => {
    const bare = sender.replace(/^@/, '')
    if (isDomainName(bare) || mailAddressOf(sender)?.domain !== undefined) return
    findings.mistake(
      ['refusals', 'senders', index],
      sender,
      'This is neither a mail address nor a domain.',
      'Write spammer@example.org, or example.org for all of its addresses.',
    )
  })
}

function checkOutgoing(settings: Settings, findings: Findings): void {
  const { nameServers, sourceAddress, smarthost } = settings.outgoing
  nameServers.forEach((server, index) => {
    if (addressAndPortOf(server) !== undefined) return
    findings.mistake(
      ['outgoing', 'nameServers', index],
      server,
      'This is not the address of a DNS server.',
      'Write an IP address, with a port if it is not 53: 192.0.2.53, 192.0.2.53:5353, [2001:db8::53]:5353.',
    )
  })
  if (sourceAddress !== undefined && !isIPv4(sourceAddress)) {
    findings.mistake(
      ['outgoing', 'sourceAddress'],
      sourceAddress,
      'This is not an IPv4 address.',
      'Write an IPv4 address of this machine, or leave the field out.',
    )
  }
  if (smarthost === undefined) return
  const at = ['outgoing', 'smarthost']
  if (!isDomainName(smarthost.host) && isIP(smarthost.host) === 0) {
    findings.mistake(
      [...at, 'host'],
      smarthost.host,
      'This is neither a host name nor an IP address.',
      'Write the name of the server that takes outgoing mail.',
    )
  } else if (isOurselves(smarthost, settings)) {
    findings.mistake(
      [...at, 'host'],
      smarthost.host,
      'This is the server itself: outgoing mail would come back for ever.',
      'Name the server that takes outgoing mail, or leave the smarthost out.',
    )
  }
  if ((smarthost.user === undefined) !== (smarthost.password === undefined)) {
    const lacking = smarthost.user === undefined ? 'user' : 'password'
    findings.mistake(
      [...at, lacking],
      undefined,
      `The smarthost has a ${lacking === 'user' ? 'password but no user' : 'user but no password'}.`,
      'Give both, or neither.',
    )
  }
}

function checkMailboxService(settings: Settings, findings: Findings): void {
  const { lmtp } = settings.mailboxes
  if (lmtp === undefined) return
  const at = ['mailboxes', 'lmtp']
  if (!isDomainName(lmtp.host) && isIP(lmtp.host) === 0) {
    findings.mistake(
      [...at, 'host'],
      lmtp.host,
      'This is neither a host name nor an IP address.',
      'Write the name of the machine that the POP and IMAP service runs on; 127.0.0.1 for this one.',
    )
  } else if (isOurselves(lmtp, settings)) {
    findings.mistake(
      [...at, 'port'],
      lmtp.port,
      'This server itself listens there, and it speaks no LMTP.',
      'Write the port at which the POP and IMAP service takes mail over LMTP.',
    )
  }
  if (lmtp.port === 25) {
    findings.mistake(
      [...at, 'port'],
      lmtp.port,
      'LMTP must not be spoken on port 25, which is for SMTP (RFC 2033 §5).',
      'Let the POP and IMAP service take LMTP on another port, such as 24, and write that one.',
    )
  }
  settings.users.forEach(({ quota }, index) => {
    if (quota === 0) return
    findings.remark(
      ['users', index, 'quota'],
      'This quota has no effect, because mailboxes.lmtp hands the mail to the POP and IMAP service.',
      'Set the quota there, and remove it here.',
    )
  })
}

function isOurselves(place: { readonly host: string; readonly port: number }, settings: Settings): boolean {
  return settings.listeners.some((listener) => {
    if (listener.port !== place.port) return false
    const host = sameName(place.host, 'localhost') ? '127.0.0.1' : place.host
    if (sameName(host, settings.hostName) || host === listener.address) return true
    return isEveryAddress(listener.address) && isLoopback(host)
  })
}
