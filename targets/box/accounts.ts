/**
 * The users that mail servers want to run as. Every box has all of them, with the same number as user and as group.
 */

export interface Account {
  readonly name: string
  readonly id: number
  readonly home: string
}

export const accounts: readonly Account[] = [
  { name: 'postfix', id: 7101, home: '/var/spool/postfix' },
  { name: 'postdrop', id: 7102, home: '/nonexistent' },
  { name: 'Debian-exim', id: 7103, home: '/var/spool/exim4' },
  { name: 'opensmtpd', id: 7104, home: '/var/lib/opensmtpd/empty' },
  { name: 'opensmtpq', id: 7105, home: '/var/lib/opensmtpd/empty' },
  { name: 'smmta', id: 7106, home: '/var/lib/sendmail' },
  { name: 'smmsp', id: 7107, home: '/var/lib/sendmail' },
  /** Owns the mailboxes. */
  { name: 'vmail', id: 7108, home: '/var/mail' },
]

/** The number of an account; throws for a name that is not here. */
export const accountId = (name: string): number => {
  const account = accounts.find((one) => one.name === name)
  if (account === undefined) throw new Error(`there is no account ${name}`)
  return account.id
}
