/**
 * A reply (RFC 5321 §4.2) as a value: the type.
 */
export interface Reply {
  /** 200–599. */
  readonly code: number
  /** Enhanced status code (RFC 3463), for example `5.7.1`; rendered at the head of every line. */
  readonly enhanced?: string
  /** At least one line of printable text, without codes. */
  readonly lines: readonly string[]
}
