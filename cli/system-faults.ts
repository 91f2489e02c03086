/** What the system refused a command that reads and writes files of the user's: sentences instead of traces. */

const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a file stands where a folder was expected',
  EISDIR: 'a folder stands where a file was expected',
  EMFILE: 'too many files are open (ulimit -n)',
}

/** `cannot use reports/report.html: the disk is full`; undefined for anything else, which is a bug. */
export const sentenceOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const meaning = meanings[error.code]
  if (meaning === undefined) return undefined
  const place = 'path' in error && typeof error.path === 'string' ? error.path : 'a file'
  return `cannot use ${place}: ${meaning}`
}
