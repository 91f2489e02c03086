/**
 * Who asks: the facts of a session on which rulings rest. What a client says of itself (EHLO, MAIL) is not among them
 * (rfc2505-2.1-03): only where it comes from, what it proved, and which door it came in by.
 */
export interface Client {
  /** The IP address of the client's end of the connection. */
  readonly address: string
  /** The name that DNS gives the address and that leads back to it; looked up only where the settings name hosts. */
  readonly name?: string
  /** The IP address of our end. */
  readonly localAddress: string
  readonly role: 'relay' | 'submission' | 'submissions'
  /** TLS is active. */
  readonly secure: boolean
  /** The name that the client authenticated as. */
  readonly user?: string
}
