/**
 * Checks of users, aliases, lists and the postmaster: no two things with one address, and nothing that points nowhere.
 */
import { closest, either, type Path } from '../mistake.ts'
import type { Settings } from '../schema.ts'
import { hasControl, type MailAddress, mailAddressOf, sameName } from '../shapes.ts'
import type { Check, Findings } from './finding.ts'

/** An address that somebody here has, and where the settings give it. */
interface Claim {
  readonly address: MailAddress
  readonly path: Path
  readonly text: string
}

export const checkPeople: Check = (settings, findings) => {
  checkNames(settings, findings)
  const claims = claimsOf(settings, findings)
  checkDuplicates(claims, findings)
  const known = { claims, domains: settings.incoming.domains }
  settings.aliases.forEach((alias, index) => {
    if (alias.moved !== 'silently' && alias.to.length > 1) {
      findings.mistake(
        ['aliases', index, 'moved'],
        alias.moved,
        'Only one new address can be told, and this alias has several.',
        'Leave one address in it, or write "silently".',
      )
    }
    alias.to.forEach((to, entry) => checkTarget(to, ['aliases', index, 'to', entry], known, findings))
  })
  settings.lists.forEach((list, index) => {
    checkTarget(list.owner, ['lists', index, 'owner'], known, findings)
    list.members.forEach((member, entry) => checkTarget(member, ['lists', index, 'members', entry], known, findings))
  })
  if (settings.postmaster !== undefined) checkTarget(settings.postmaster, ['postmaster'], known, findings)
  checkLoops(settings, findings)
}

function checkNames(settings: Settings, findings: Findings): void {
  settings.users.forEach(({ name }, index) => {
    const path = ['users', index, 'name']
    if (name.includes('@')) {
      findings.mistake(
        path,
        name,
        'The name of a user is a local-part, without a domain.',
        `Write "${name.slice(0, name.indexOf('@'))}"; the whole address may stand in its addresses.`,
      )
    } else if (hasControl(name) || /[/\\]/.test(name) || name.startsWith('.') || name.trim() !== name) {
      findings.mistake(
        path,
        name,
        'A name cannot hold slashes, backslashes or control characters, begin with a dot, or begin or end with a blank.',
        'Choose a plain name: letters, digits, and . - _ between them.',
      )
    }
  })
}

function claimsOf(settings: Settings, findings: Findings): readonly Claim[] {
  const claims: Claim[] = []
  const claim = (text: string, path: Path): void => {
    const address = mailAddressOf(text)
    if (address === undefined) {
      findings.mistake(path, text, 'This is not a mail address.', 'Write local-part@domain, or the local-part alone.')
    } else {
      claims.push({ address, path, text })
    }
  }
  settings.users.forEach((user, index) => {
    // The name is taken as it is: `checkNames` judges it.
    claims.push({ address: { localPart: user.name }, path: ['users', index, 'name'], text: user.name })
    user.addresses.forEach((address, entry) => claim(address, ['users', index, 'addresses', entry]))
  })
  settings.aliases.forEach((alias, index) => claim(alias.address, ['aliases', index, 'address']))
  settings.lists.forEach((list, index) => claim(list.address, ['lists', index, 'address']))
  return claims
}

function checkDuplicates(claims: readonly Claim[], findings: Findings): void {
  const first = new Map<string, Claim>()
  for (const claim of claims) {
    const key = JSON.stringify([claim.address.localPart.toLowerCase(), claim.address.domain?.toLowerCase() ?? ''])
    const other = first.get(key)
    if (other === undefined) {
      first.set(key, claim)
    } else {
      findings.mistake(
        claim.path,
        claim.text,
        `This address is given twice: also ${ownerWords[String(other.path[0])]} number ${Number(other.path[1]) + 1} has it.`,
        'Give it to one of them; an alias can send mail to several users.',
      )
    }
  }
}

const ownerWords: Readonly<Record<string, string>> = { users: 'user', aliases: 'alias', lists: 'list' }

interface Known {
  readonly claims: readonly Claim[]
  readonly domains: readonly string[]
}

/** A target is somebody here, by local-part or whole address, or an address elsewhere. */
function checkTarget(text: string, path: Path, known: Known, findings: Findings): void {
  // A name of a user is a target as it stands, even where an address could not be written so.
  if (known.claims.some((claim) => claim.address.domain === undefined && sameName(claim.address.localPart, text)))
    return
  const target = mailAddressOf(text)
  if (target === undefined) {
    findings.mistake(
      path,
      text,
      'This is neither a user nor a mail address.',
      'Write the name of a user, or local-part@domain.',
    )
    return
  }
  const { localPart, domain } = target
  const isLocal = domain === undefined || known.domains.some((local) => sameName(local, domain))
  if (!isLocal || sameName(localPart, 'postmaster')) return
  const found = known.claims.some(
    ({ address }) =>
      sameName(address.localPart, localPart) &&
      (address.domain === undefined || domain === undefined || sameName(address.domain, domain)),
  )
  if (found) return
  const names = known.claims.map((claim) => claim.address.localPart)
  const meant = closest(localPart, names)
  const somebody = names.length === 0 ? 'nobody is set up yet' : `known are ${either(names.slice(0, 5))}`
  findings.mistake(
    path,
    text,
    'Nobody here has this name or address.',
    meant === undefined ? `Add the user, or write an address elsewhere; ${somebody}.` : `Did you mean "${meant}"?`,
  )
}

/** Aliases that lead back to themselves would never reach anybody. */
function checkLoops(settings: Settings, findings: Findings): void {
  const targets = new Map(settings.aliases.map((alias) => [alias.address.toLowerCase(), alias.to]))
  settings.aliases.forEach((alias, index) => {
    const seen = new Set<string>()
    const next = [...alias.to]
    for (let to = next.pop(); to !== undefined; to = next.pop()) {
      const name = to.toLowerCase()
      if (seen.has(name)) continue
      seen.add(name)
      next.push(...(targets.get(name) ?? []))
    }
    if (seen.has(alias.address.toLowerCase())) {
      findings.mistake(
        ['aliases', index, 'to'],
        alias.to,
        `The alias "${alias.address}" leads back to itself.`,
        'Take the way back out, so that its mail ends with users or elsewhere.',
      )
    }
  })
}
