import type { MailParameters, RcptParameters } from './parameters.ts'
import type { ForwardPath, ReversePath } from './path.ts'
import type { Reply } from './reply.ts'

export type Verb = Command['verb']

export type Command =
  | { readonly kind: 'command'; readonly verb: 'EHLO' | 'HELO'; readonly name: string }
  | {
      readonly kind: 'command'
      readonly verb: 'MAIL'
      readonly reversePath: ReversePath
      readonly parameters: MailParameters
    }
  | {
      readonly kind: 'command'
      readonly verb: 'RCPT'
      readonly forwardPath: ForwardPath
      readonly parameters: RcptParameters
    }
  | { readonly kind: 'command'; readonly verb: 'DATA' | 'RSET' | 'NOOP' | 'QUIT' | 'STARTTLS' }
  | { readonly kind: 'command'; readonly verb: 'BDAT'; readonly size: number; readonly last: boolean }
  | { readonly kind: 'command'; readonly verb: 'VRFY' | 'EXPN'; readonly argument: string; readonly smtputf8: boolean }
  | { readonly kind: 'command'; readonly verb: 'HELP'; readonly topic?: string }
  /** `mechanism` in upper case; `initial` as sent, except that `=` (an empty response) gives `''`. */
  | { readonly kind: 'command'; readonly verb: 'AUTH'; readonly mechanism: string; readonly initial?: string }

/** `verb` in upper case whenever the verb itself was readable, so that a 503 may go before it. */
export interface SyntaxFault {
  readonly kind: 'fault'
  readonly reply: Reply
  readonly verb?: string
}

export interface CommandContext {
  /** EHLO was used (after HELO no parameter is known). */
  readonly extended: boolean
  /** Keywords offered now, in upper case (`keywordSet` of extensions.ts). */
  readonly offers: ReadonlySet<string>
  /** The open transaction's MAIL carried SMTPUTF8. */
  readonly smtputf8: boolean
}

export function parseCommand(_line: Uint8Array, _context: CommandContext): Command | SyntaxFault {
  throw new Error('not built yet')
}
