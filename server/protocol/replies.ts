/**
 * Every reply that the server sends, by name, with the code that RFC 5321 §4.3.2 lists for the place and the enhanced
 * status code (RFC 3463, RFC 5248) that tells the cause.
 *
 * Greetings, answers to HELO and EHLO and 3yz replies carry no enhanced code (RFC 2034 §4). A text says which command it
 * answers (RFC 2920 §3.2) and never tells settings, paths or, beyond the greeting, the product. What a client typed is
 * echoed nowhere but in the few replies that must show an address; `renderReply` escapes it there. Which reply fits is
 * decided elsewhere: by the session, the policy and the reception.
 */
import type { Reply } from './reply.ts'

type EnhancedCode = `${'2' | '4' | '5'}.${number}.${number}`

/** A reply without an enhanced code: greetings, HELO and EHLO, 3yz. */
function plain(code: number, ...lines: readonly string[]): Reply {
  return { code, lines }
}

function enhanced(code: number, status: EnhancedCode, ...lines: readonly string[]): Reply {
  return { code, enhanced: status, lines }
}

/** The opening of a session: the first word is always our name. rfc5321-4.2.2-01, rfc5321-4.3.1-03, rfc2034-4-02 */
const opening = {
  greeting: (host: string) => plain(220, `${host} ESMTP smtpspec`),
  /** The session stays open until QUIT; everything else gets `sessionRefused`. rfc5321-3.1-02, rfc5321-3.1-04 */
  hostRefused: (host: string) => plain(554, `${host} No SMTP service here: this server refuses mail from your address`),
  /** rfc2505-2.13-01 */
  hostDeferred: (host: string) => plain(421, `${host} Mail from your address is not accepted now, try again later`),
  earlyTalker: (host: string) => plain(554, `${host} No SMTP service here: you spoke before the greeting`),
  /** rfc5321-3.1-03 */
  sessionRefused: enhanced(503, '5.5.1', 'No SMTP service here for you; only QUIT is answered'),
  /** RFC 7504 §3: this host takes no mail from anybody. rfc7504-3-01 */
  noMailHere: (host: string) => plain(521, `${host} This host does not accept mail`),
  /** rfc7504-3-03 */
  noMailHereStill: enhanced(521, '5.3.2', 'This host does not accept mail; only QUIT is answered'),
  tooManyConnections: (host: string) => plain(421, `${host} Too many connections, try again later`),
  tooManyConnectionsFromYou: (host: string) => plain(421, `${host} Too many connections from your address`),
} as const

/** HELO and EHLO, good or bad. rfc2034-4-02 */
const hello = {
  /** rfc5321-3.2-01, rfc5321-4.1.1.1-06 */
  helo: (host: string) => plain(250, `${host} greets you`),
  /** `keywords` as `offeredKeywords` gives them. rfc5321-4.1.1.1-12 */
  ehlo: (host: string, keywords: readonly string[]) => plain(250, `${host} greets you`, ...keywords),
  /** rfc5321-4.1.1.1-09, rfc5321-4.1.1.1-10, rfc5321-4.1.2-16 */
  badHelloName: (verb: string) => plain(501, `${verb} needs one argument: your domain name or address literal`),
  /** Policy does not like the name. */
  helloRefused: (verb: string) => plain(550, `${verb} refused for reasons of policy`),
} as const

/** Commands that touch no transaction. */
const service = {
  ok: enhanced(250, '2.0.0', 'NOOP done'),
  reset: enhanced(250, '2.0.0', 'RSET done, transaction cleared'),
  goodbye: (host: string) => enhanced(221, '2.0.0', `${host} closing the session`),
  help: (verbs: readonly string[]) => enhanced(214, '2.0.0', 'These commands are understood:', verbs.join(' ')),
  helpOn: (lines: readonly string[]) => enhanced(214, '2.0.0', ...lines),
  /** rfc5321-4.1.1.8-03, rfc5321-4.2.1-09 */
  noHelpOnThat: enhanced(504, '5.5.4', 'HELP knows nothing about that; HELP alone lists the commands'),
  /** rfc5321-4.2.2-01: 421 names us; the connection closes after it. */
  timeout: (host: string) => enhanced(421, '4.4.2', `${host} Timeout, closing the session`),
  shuttingDown: (host: string) => enhanced(421, '4.3.2', `${host} Service going down, closing the session`),
  tooManyErrors: (host: string) => enhanced(421, '4.7.0', `${host} Too many errors, closing the session`),
  tooSlow: (host: string) => enhanced(421, '4.4.2', `${host} Data too slow, closing the session`),
} as const

/** VRFY and EXPN. Mailboxes stand in angle brackets. rfc5321-3.5.2-02 */
const verifying = {
  /** rfc5321-3.5.1-02, rfc5321-3.5.1-03: `Full Name <mailbox>` or `<mailbox>`. */
  verified: (entry: string, utf8: boolean): Reply => ({
    ...enhanced(250, '2.1.5', entry),
    ...(utf8 ? { utf8: true as const } : {}),
  }),
  /** One mailbox a line, at least one. rfc5321-3.5.1-07 */
  expanded: (entries: readonly string[], utf8: boolean): Reply => ({
    ...enhanced(250, '2.1.5', ...entries),
    ...(utf8 ? { utf8: true as const } : {}),
  }),
  /** rfc5321-3.5.3-03; also the answer where VRFY is switched off for security (RFC 5321 §7.3). */
  cannotVerify: enhanced(252, '2.5.0', 'Cannot VRFY that, but will take mail for it and try to deliver'),
  cannotExpand: enhanced(252, '2.5.0', 'Cannot EXPN that, but will take mail for it and try to deliver'),
  noSuchUserToVerify: enhanced(550, '5.1.1', 'VRFY knows no such user'),
  noSuchList: enhanced(550, '5.1.1', 'EXPN knows no such mailing list'),
  /** RFC 3463 X.7.2. */
  expansionProhibited: enhanced(550, '5.7.2', 'EXPN of that mailing list is not for you'),
  /** rfc5321-3.5.1-04 */
  ambiguousUser: enhanced(553, '5.1.4', 'VRFY argument is ambiguous'),
  /** 553 is no answer to EXPN. rfc5321-4.3.2-14 */
  ambiguousList: enhanced(550, '5.1.4', 'EXPN argument is ambiguous'),
  /** rfc6531-3.7.4.2-02 */
  verifiedButNeedsUtf8: enhanced(252, '2.6.8', 'That mailbox can only be shown to VRFY or EXPN with SMTPUTF8'),
} as const

/** Lines that are no command, and arguments that do not parse. 500: the verb; 501: its argument; 502; 504; 555. */
const syntax = {
  /** rfc5321-4.2.4-02, rfc5321-4.1.5-01, rfc3463-3.6-02 */
  unknownCommand: enhanced(500, '5.5.2', 'Command not recognized'),
  illegalCommand: enhanced(500, '5.5.2', 'Command contains illegal octets'),
  /** rfc5321-4.5.3.1.9-01 */
  lineTooLong: enhanced(500, '5.5.2', 'Command line too long'),
  /** rfc5321-4.2.4-01, rfc5321-4.2.1-09 */
  commandNotImplemented: (verb: string) => enhanced(502, '5.5.1', `${verb} is not implemented`),
  /** Control characters, bare CR or LF, octets that are not ASCII or not UTF-8. rfc5321-4.1.2-13, rfc5321-2.4-13 */
  illegalArgument: (verb: string) => enhanced(501, '5.5.2', `${verb} argument contains illegal characters`),
  /** rfc5321-4.1.1-04, rfc5321-4.3.2-05, rfc3207-4-02 */
  noArgumentAllowed: (verb: string) => enhanced(501, '5.5.4', `${verb} takes no argument`),
  /** `form` is the grammar in short, for example `MAIL FROM:<reverse-path> [parameters]`. */
  badArgument: (form: string) => enhanced(501, '5.5.4', `Syntax: ${form}`),
  /** rfc3463-3.2-07, rfc5321-4.1.4-12 */
  badReversePath: (why: string) => enhanced(501, '5.1.7', `MAIL reverse-path: ${why}`),
  /** rfc3463-3.2-03 */
  badForwardPath: (why: string) => enhanced(501, '5.1.3', `RCPT forward-path: ${why}`),
  /** rfc6531-3.5-01 */
  reversePathNeedsSmtputf8: enhanced(550, '5.6.7', 'MAIL needs SMTPUTF8 for a reverse-path that is not ASCII'),
  forwardPathNeedsSmtputf8: enhanced(553, '5.6.7', 'RCPT needs SMTPUTF8 on MAIL for a forward-path that is not ASCII'),
  /** rfc5321-4.1.1.11-01 */
  unknownParameter: (verb: string) => enhanced(555, '5.5.4', `${verb} parameter not recognized or not implemented`),
  badParameter: (verb: string, keyword: string) => enhanced(501, '5.5.4', `${verb} parameter ${keyword} is malformed`),
  /** rfc1870-6-01, rfc3461-5.1-03, rfc3461-4.5-02 */
  repeatedParameter: (verb: string, keyword: string) =>
    enhanced(501, '5.5.4', `${verb} parameter ${keyword} is given twice`),
  /** rfc5321-4.1.1.11-02 */
  parameterNotNow: (verb: string) => enhanced(455, '4.5.0', `${verb} parameters cannot be accommodated now`),
} as const

/** A good command at a wrong moment. rfc3463-3.6-01, rfc5321-4.1.4-13 */
const order = {
  badSequence: (verb: string) => enhanced(503, '5.5.1', `${verb} is out of sequence`),
  helloFirst: (verb: string) => enhanced(503, '5.5.1', `${verb} needs EHLO or HELO first`),
  extendedHelloFirst: (verb: string) => enhanced(503, '5.5.1', `${verb} needs EHLO first`),
  mailFirst: (verb: string) => enhanced(503, '5.5.1', `${verb} needs MAIL first`),
  recipientFirst: (verb: string) => enhanced(503, '5.5.1', `${verb} needs RCPT first`),
  /** rfc5321-4.1.4-09 */
  nestedMail: enhanced(503, '5.5.1', 'MAIL within a transaction; RSET ends it'),
  /** Every RCPT was refused. rfc5321-3.3-13, rfc2920-3.2-03, rfc3030-2-22 */
  noValidRecipients: (verb: string) => enhanced(554, '5.5.1', `${verb} refused: no valid recipients`),
  /** rfc3030-2-15 */
  dataAfterBdat: enhanced(503, '5.5.1', 'DATA cannot follow BDAT in one transaction'),
  /** rfc3030-3-04 */
  dataForBinary: enhanced(503, '5.5.1', 'DATA cannot carry BINARYMIME; use BDAT'),
  /** A chunk of this transaction failed or was the last one. rfc3030-2-08, rfc3030-2-12 */
  bdatNeedsReset: enhanced(503, '5.5.1', 'BDAT out of sequence; RSET first'),
  /** rfc4954-4-03 */
  authInTransaction: enhanced(503, '5.5.1', 'AUTH is not permitted during a mail transaction'),
  /** rfc4954-4-02 */
  alreadyAuthenticated: enhanced(503, '5.5.1', 'AUTH has already succeeded in this session'),
  /** rfc3207-4.2-10 */
  alreadySecure: enhanced(503, '5.5.1', 'STARTTLS refused: TLS is already active'),
} as const

/** MAIL. rfc5321-4.3.2-09 */
const sending = {
  senderAccepted: enhanced(250, '2.1.0', 'MAIL reverse-path ok'),
  senderRefused: enhanced(550, '5.7.1', 'MAIL refused: mail from that reverse-path is not accepted'),
  /** rfc2505-2.13-01 */
  senderDeferred: enhanced(451, '4.7.1', 'MAIL deferred: mail from that reverse-path is not accepted now'),
  /** RFC 6409 §6.1. rfc6409-6.1-01 */
  senderNotOwn: enhanced(550, '5.7.1', 'MAIL refused: that reverse-path is not yours'),
  /** The sender's domain does not exist. rfc3463-3.2-08, rfc6409-3.2-01 */
  senderDomainUnknown: enhanced(550, '5.1.8', 'MAIL refused: the domain of the reverse-path does not exist'),
  /** rfc6409-4.2-01 */
  senderDomainUnqualified: enhanced(
    554,
    '5.1.8',
    'MAIL refused: the domain of the reverse-path is not fully qualified',
  ),
  /** rfc2505-2.9-03: primary and secondary servers of a zone may not be in step. */
  senderDomainDeferred: enhanced(451, '4.1.8', 'MAIL deferred: the domain of the reverse-path does not exist so far'),
  /** rfc2505-2.9-02, rfc2505-2.13-02 */
  senderDomainUnresolved: enhanced(
    451,
    '4.1.8',
    'MAIL deferred: the domain of the reverse-path cannot be looked up now',
  ),
  /** RFC 7505 §4.2. rfc7505-4.1-03 */
  senderNullMx: enhanced(550, '5.7.27', 'MAIL refused: the domain of the reverse-path accepts no mail (null MX)'),
  senderRateLimited: enhanced(451, '4.7.1', 'MAIL deferred: too many messages from you, try again later'),
  /** Allow incoming mail is off. */
  noIncomingMail: enhanced(550, '5.7.1', 'Mail from outside is not accepted here'),
} as const

/** RCPT. rfc5321-4.3.2-10 */
const receiving = {
  recipientAccepted: enhanced(250, '2.1.5', 'RCPT forward-path ok'),
  /** rfc5321-4.2.2-02; `path` with its angle brackets. */
  willForward: (path: string): Reply => ({
    ...enhanced(251, '2.1.5', `User not local; will forward to ${path}`),
    utf8: true,
  }),
  userMoved: (path: string): Reply => ({ ...enhanced(551, '5.1.6', `User not local; please try ${path}`), utf8: true }),
  /** Where the new address must not be told. rfc6531-3.7.4.1-01 */
  userMovedAway: enhanced(550, '5.1.6', 'RCPT refused: the user has moved'),
  /** rfc5321-3.6.2-02, rfc3463-3.8-01 */
  relayDenied: enhanced(550, '5.7.1', 'RCPT refused: relaying denied'),
  /** rfc2505-2.13-01 */
  relayDeferred: enhanced(451, '4.7.1', 'RCPT deferred: relaying denied'),
  /** rfc5321-3.3-05, rfc3463-3.2-01 */
  noSuchUser: enhanced(550, '5.1.1', 'RCPT refused: no such user here'),
  /** rfc3463-3.3-02 */
  mailboxFull: enhanced(452, '4.2.2', 'RCPT deferred: mailbox is full'),
  /** rfc3463-3.2-02 */
  recipientDomainUnknown: enhanced(550, '5.1.2', 'RCPT refused: the domain of the forward-path does not exist'),
  /** rfc6409-4.2-01 */
  recipientDomainUnqualified: enhanced(
    554,
    '5.1.2',
    'RCPT refused: the domain of the forward-path is not fully qualified',
  ),
  /** RFC 7505 §4.1, RFC 7504 §4. rfc7505-4.1-02 */
  recipientNullMx: enhanced(556, '5.1.10', 'RCPT refused: the domain of the forward-path accepts no mail (null MX)'),
  /** rfc5321-4.5.3.1.10-02, rfc3463-3.6-03 */
  tooManyRecipients: enhanced(452, '4.5.3', 'RCPT deferred: too many recipients in this transaction'),
  recipientRateLimited: enhanced(451, '4.7.1', 'RCPT deferred: too many recipients from you, try again later'),
} as const

/** DATA, BDAT and the end of the content. rfc5321-4.3.2-11 */
const content = {
  /** rfc5321-4.2.2-03, rfc2034-4-02 */
  startMailInput: plain(354, 'Start mail input; end with <CRLF>.<CRLF>'),
  /** rfc3030-2-06 */
  chunkAccepted: (octets: number) => enhanced(250, '2.0.0', `BDAT ok, ${octets} octets received`),
  /** Where whoever took the message gave no words of their own. */
  messageTaken: enhanced(250, '2.0.0', 'Message accepted'),
  messageAccepted: (id: string) => enhanced(250, '2.0.0', `Message accepted as ${id}`),
  /** rfc1870-4-01, rfc1870-6.1-01, rfc3463-3.4-04 */
  messageTooBig: (maximum: number) => enhanced(552, '5.3.4', `Message exceeds the size limit of ${maximum} octets`),
  /** rfc1870-6.1-02, rfc3463-3.4-01 */
  outOfStorage: enhanced(452, '4.3.1', 'Insufficient storage, try again later'),
  localError: enhanced(451, '4.3.0', 'Local error in processing, try again later'),
  contentRefused: enhanced(550, '5.7.1', 'Message refused for reasons of policy'),
  /** rfc5321-2.3.8-04, rfc5321-4.1.1.4-08 */
  bareLineEnds: enhanced(554, '5.6.0', 'Message refused: it contains CR or LF outside a CRLF'),
  eightBitIn7Bit: enhanced(554, '5.6.1', 'Message refused: 8-bit octets without BODY=8BITMIME'),
  /** rfc6409-8-01 */
  headerNotAscii: enhanced(554, '5.6.0', 'Message refused: its header section is not ASCII, and MAIL had no SMTPUTF8'),
  /** rfc5321-4.5.3.1.6-04 */
  textLineTooLong: (maximum: number) =>
    enhanced(552, '5.6.0', `Message refused: a text line exceeds ${maximum} octets`),
  /** rfc6531-3.5-02 */
  utf8NotForAll: enhanced(554, '5.6.9', 'Message refused: a recipient cannot take a message with UTF-8 header fields'),
  /** RFC 5321 §6.3. rfc3463-3.5-05 */
  mailLoop: enhanced(554, '5.4.6', 'Message refused: too many Received fields, it seems to be looping'),
} as const

/** STARTTLS and AUTH. RFC 3207, RFC 4954. */
const security = {
  readyForTls: (host: string) => enhanced(220, '2.0.0', `${host} Ready to start TLS`),
  /** rfc3207-4-03 */
  tlsUnavailable: enhanced(454, '4.7.0', 'TLS not available now, try again later'),
  /** rfc3207-4-05, rfc3207-4-06 */
  tlsRequired: enhanced(530, '5.7.0', 'Must issue a STARTTLS command first'),
  /** rfc3207-4.1-02 */
  securityTooLow: enhanced(554, '5.7.0', 'Refused: the security of this session is too low'),
  /** rfc4954-6-04, rfc6409-4.3-01 */
  authenticationRequired: enhanced(530, '5.7.0', 'Authentication required'),
  /** `challenge` in base64, `''` for an empty one. rfc4954-4-06, rfc4954-4-08 */
  challenge: (challenge: string) => plain(334, challenge),
  /** rfc4954-4-23, rfc4954-6-08 */
  authenticated: enhanced(235, '2.7.0', 'Authentication successful'),
  /** rfc4954-4-22 */
  credentialsInvalid: enhanced(535, '5.7.8', 'Authentication credentials invalid'),
  /** rfc4954-4-04, rfc4954-4-05 */
  unknownMechanism: enhanced(504, '5.5.4', 'AUTH mechanism not recognized or not enabled'),
  /** rfc4954-6-02 */
  mechanismTooWeak: enhanced(534, '5.7.9', 'AUTH mechanism is too weak for this user'),
  /** RFC 4954 §6; the mechanism is not listed then, so only a client that did not look sees this. */
  encryptionRequired: enhanced(538, '5.7.11', 'Encryption required for that AUTH mechanism'),
  /** rfc4954-6-03 */
  passwordTransition: enhanced(432, '4.7.12', 'A password transition is needed'),
  /** rfc4954-6-01 */
  authenticationUnavailable: enhanced(454, '4.7.0', 'Temporary authentication failure, try again later'),
  /** rfc4954-4-07 */
  authenticationAborted: enhanced(501, '5.7.0', 'AUTH cancelled by the client'),
  /** rfc4954-4-12, rfc4954-4-13 */
  initialResponseNotAllowed: enhanced(501, '5.7.0', 'AUTH initial response is not allowed for that mechanism'),
  /** rfc4954-4-14 */
  badBase64: enhanced(501, '5.5.2', 'AUTH response is not valid base64'),
  /** The response decoded, but is no message of its mechanism. */
  malformedResponse: enhanced(501, '5.5.2', 'AUTH response is malformed'),
  /** rfc4954-4-19 */
  authenticationLineTooLong: enhanced(500, '5.5.6', 'AUTH exchange line is too long'),
  /** The connection closes after it. rfc4954-9-04 */
  tooManyAuthenticationFailures: (host: string) =>
    enhanced(421, '4.7.0', `${host} Too many failed authentications, closing the session`),
} as const

export const replies = {
  ...opening,
  ...hello,
  ...service,
  ...verifying,
  ...syntax,
  ...order,
  ...sending,
  ...receiving,
  ...content,
  ...security,
} as const
