/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677): the messages, their grammar, and the exchange.
 *
 * Everything that is text is decided here: grammar and order of attributes, the GS2 header with its protection against
 * downgrading, the nonce, the channel binding data. Everything that needs a key is asked: salt, iterations and server
 * nonce by `challenge`, the proof by `credentials`. A failed exchange ends in 535 without a server-final message, which
 * RFC 5802 §5.1 permits, so that unknown user and wrong password look alike (rfc5802-5.1-15).
 */
import { encodeBase64, decodeBase64 } from './base64.ts'
import { askChallenge, firstAnswer, judge, malformed, notBelieved, respond, type Script } from './sasl.ts'
import { decodeUtf8, prepared } from './saslprep.ts'

/** Octets of SHA-256, and so of a ClientProof. */
const proofOctets = 32

export interface ClientFirst {
  /** `n`: no channel binding; `y`: the client could but thinks that we cannot; else the binding type it uses. */
  readonly flag: 'n' | 'y' | { readonly binding: string }
  /** Authorization identity as sent, unescaped; absent when it was not sent. */
  readonly actFor?: string
  readonly name: string
  readonly nonce: string
  /** The header as sent, with its last comma: what `c=` must begin with. */
  readonly gs2Header: string
  readonly bare: string
}

export interface ClientFinal {
  /** Base64, as sent. */
  readonly channelBinding: string
  readonly nonce: string
  readonly proof: Uint8Array
  readonly withoutProof: string
}

// The order of attributes is fixed (rfc5802-7-02); `m=` in any place fails (rfc5802-5.1-05, rfc5802-5.1-13).
const extensions = String.raw`(?:,[A-Za-ln-z]=[^,\0]+)*`
const nonceForm = String.raw`[\x21-\x2B\x2D-\x7E]+` // rfc5802-7-01
const clientFirstForm = new RegExp(
  String.raw`^(?<header>(?<flag>[ny]|p=(?<binding>[A-Za-z0-9.\-]+)),(?:a=(?<actFor>[^,\0]+))?,)` +
    String.raw`(?<bare>n=(?<name>[^,\0]+),r=(?<nonce>${nonceForm})${extensions})$`,
  'u',
)
const clientFinalForm = new RegExp(
  String.raw`^(?<withoutProof>c=(?<channelBinding>[A-Za-z0-9+\/=]+),r=(?<nonce>${nonceForm})${extensions}),` +
    String.raw`p=(?<proof>[A-Za-z0-9+\/=]+)$`,
  'u',
)

/** RFC 5802 §7, client-first-message; `undefined` when it is none. rfc5802-5-01 */
export function parseClientFirst(text: string): ClientFirst | undefined {
  const found = clientFirstForm.exec(text)?.groups
  if (found === undefined) return undefined
  const name = unescape(found['name'] ?? '')
  const actFor = found['actFor'] === undefined ? '' : unescape(found['actFor'])
  if (name === undefined || actFor === undefined) return undefined
  const flag: ClientFirst['flag'] =
    found['flag'] === 'n' || found['flag'] === 'y' ? found['flag'] : { binding: found['binding'] ?? '' }
  const rest = { flag, name, nonce: found['nonce'] ?? '', gs2Header: found['header'] ?? '', bare: found['bare'] ?? '' }
  return found['actFor'] === undefined ? rest : { ...rest, actFor }
}

/** RFC 5802 §7, client-final-message; `undefined` when it is none. */
export function parseClientFinal(text: string): ClientFinal | undefined {
  const found = clientFinalForm.exec(text)?.groups
  const proof = decodeBase64(found?.['proof'] ?? '!')
  if (found === undefined || proof?.length !== proofOctets) return undefined
  return {
    channelBinding: found['channelBinding'] ?? '',
    nonce: found['nonce'] ?? '',
    proof,
    withoutProof: found['withoutProof'] ?? '',
  }
}

/** A saslname's meaning: `=2C` and `=3D` are comma and equals sign, any other `=` fails. rfc5802-5.1-03, -04 */
function unescape(text: string): string | undefined {
  if (/=(?!2C|3D)/u.test(text)) return undefined
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

/** What `c=` must be: the header as sent, then the binding data if the client binds. rfc5802-5.1-11, rfc5802-7-04 */
function expectedBinding(gs2Header: string, binding: Uint8Array | undefined): string {
  const header = new TextEncoder().encode(gs2Header)
  return encodeBase64(Uint8Array.of(...header, ...(binding ?? [])))
}

export const scram: Script = function* (context, initial) {
  const { mechanism } = context
  if (mechanism !== 'SCRAM-SHA-256' && mechanism !== 'SCRAM-SHA-256-PLUS') throw new Error(`${mechanism} is no SCRAM`)
  const answer = yield* firstAnswer(initial)
  if (answer.kind !== 'answer') return answer
  const first = parseClientFirst(decodeUtf8(answer.octets) ?? '')
  if (first === undefined) return malformed
  const name = prepared(first.name) // rfc5802-5.1-17
  const actFor = first.actFor === undefined ? '' : prepared(first.actFor)
  if (name === undefined || actFor === undefined) return notBelieved

  const binds = typeof first.flag === 'object'
  if (binds !== (mechanism === 'SCRAM-SHA-256-PLUS')) return notBelieved
  // rfc5802-6-03: somebody took -PLUS out of the list that the client saw
  if (first.flag === 'y' && context.bindingOffered) return notBelieved
  const binding = typeof first.flag === 'object' ? bindingOf(context.secure?.bindings, first.flag.binding) : undefined
  if (binds && binding === undefined) return notBelieved // rfc5802-6-04, rfc5802-6.1-02

  const challenge = yield* askChallenge(mechanism, name)
  if (challenge.kind === 'refused') return challenge
  const { text: serverNonce, salt, iterations } = challenge
  if (salt === undefined || iterations === undefined) throw new Error('a SCRAM challenge needs salt and iterations')
  const nonce = first.nonce + serverNonce // rfc5802-5.1-06
  const serverFirst = `r=${nonce},s=${encodeBase64(salt)},i=${iterations}` // rfc5802-5.1-09
  const secondAnswer = yield* respond(serverFirst)
  if (secondAnswer.kind !== 'answer') return secondAnswer
  const final = parseClientFinal(decodeUtf8(secondAnswer.octets) ?? '')
  if (final === undefined) return malformed
  if (final.nonce !== nonce) return notBelieved // rfc5802-5.1-08
  if (final.channelBinding !== expectedBinding(first.gs2Header, binding)) return notBelieved

  const authMessage = `${first.bare},${serverFirst},${final.withoutProof}` // rfc5802-5.1-02: the name as received
  const judged = yield* judge({ mechanism, actFor, name, authMessage, clientProof: final.proof })
  if (judged.kind !== 'identified') return judged
  if (judged.serverSignature === undefined) throw new Error('a SCRAM verdict needs the server signature')
  // rfc5802-5.1-14: 235 cannot carry it, so it goes as a challenge, which the client answers with nothing
  const last = yield* respond(`v=${encodeBase64(judged.serverSignature)}`)
  if (last.kind !== 'answer') return last
  return last.octets.length === 0 ? { kind: 'identified', user: judged.user } : malformed
}

function bindingOf(bindings: Readonly<Record<string, Uint8Array>> | undefined, type: string): Uint8Array | undefined {
  return bindings !== undefined && Object.hasOwn(bindings, type) ? bindings[type] : undefined
}
