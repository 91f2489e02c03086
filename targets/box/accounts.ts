/**
 * The users that mail servers want to run as. Every box has all of them, with the same number as user and as group.
 */

interface Account {
  readonly name: string
  readonly id: number
  readonly home: string
}

const accounts: readonly Account[] = [
  { name: 'root', id: 0, home: '/root' },
  { name: 'mail', id: 8, home: '/var/mail' },
  { name: 'postfix', id: 7101, home: '/var/spool/postfix' },
  { name: 'postdrop', id: 7102, home: '/nonexistent' },
  { name: 'Debian-exim', id: 7103, home: '/var/spool/exim4' },
  { name: 'opensmtpd', id: 7104, home: '/var/lib/opensmtpd/empty' },
  { name: 'opensmtpq', id: 7105, home: '/var/lib/opensmtpd/empty' },
  { name: 'smmta', id: 7106, home: '/var/lib/sendmail' },
  { name: 'smmsp', id: 7107, home: '/var/lib/sendmail' },
  /** Owns the mailboxes. */
  { name: 'vmail', id: 7108, home: '/var/mail' },
  { name: 'dovecot', id: 7109, home: '/usr/lib/dovecot' },
  { name: 'dovenull', id: 7110, home: '/nonexistent' },
  { name: 'nobody', id: 65_534, home: '/' },
]

/** The number of an account; throws for a name that is not here. */
export const accountId = (name: string): number => {
  const account = accounts.find((one) => one.name === name)
  if (account === undefined) throw new Error(`there is no account ${name}`)
  return account.id
}

const shellOf = ({ id }: Account): string => (id === 0 ? '/bin/bash' : '/bin/false')

/** `/etc/passwd` and `/etc/group` of a box. */
export const passwordFile = accounts
  .map((account) => `${account.name}:x:${account.id}:${account.id}::${account.home}:${shellOf(account)}\n`)
  .join('')
export const groupFile = [...accounts, { name: 'tty', id: 5 }, { name: 'nogroup', id: 65_533 }]
  .map(({ name, id }) => `${name}:x:${id}:\n`)
  .join('')
