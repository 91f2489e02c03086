/**
 * The tables of replies: which codes RFC 5321 §4.3.2 and the extensions list for each command, and which reply codes the
 * registry of RFC 5248 associates with each enhanced status code.
 *
 * `any` stands where the registry says "any" or "not given". `classes` are those that RFC 3463 allows: some details are
 * permanent only, some transient only.
 */

/** §4.3.2: every command may also be answered 500, 501 or 421. */
const always = [500, 501, 421]

export const replyCodes: Readonly<Record<string, readonly number[]>> = {
  connection: [220, 554, 421],
  EHLO: [250, 504, 550, 502, ...always],
  HELO: [250, 504, 550, 502, ...always],
  MAIL: [250, 552, 451, 452, 550, 553, 503, 455, 555, ...always],
  RCPT: [250, 251, 550, 551, 552, 553, 450, 451, 452, 503, 455, 555, ...always],
  DATA: [354, 503, 554, ...always],
  BDAT: [250, 552, 554, 451, 452, 450, 550, 503, ...always],
  content: [250, 552, 554, 451, 452, 450, 550],
  RSET: [250, ...always],
  VRFY: [250, 251, 252, 550, 551, 553, 502, 504, ...always],
  EXPN: [250, 252, 550, 500, 502, 504, ...always],
  HELP: [211, 214, 502, 504, ...always],
  NOOP: [250, ...always],
  QUIT: [221, ...always],
  AUTH: [235, 334, 432, 454, 503, 504, 530, 534, 535, 538, ...always],
  STARTTLS: [220, 454, 503, 502, ...always],
  'anything else': [500, 502, 421],
}

interface Registered {
  readonly codes: readonly number[] | 'any'
  readonly classes: string
}

const permanent = '5'
const transient = '4'
const both = '45'
const all = '245'

export const enhancedCodes: Readonly<Record<string, Registered>> = {
  '0.0': { codes: 'any', classes: all },
  '1.0': { codes: 'any', classes: all },
  '1.1': { codes: [451, 550], classes: permanent },
  '1.2': { codes: 'any', classes: permanent },
  '1.3': { codes: [501], classes: permanent },
  '1.4': { codes: 'any', classes: both },
  '1.5': { codes: [250], classes: '2' },
  '1.6': { codes: 'any', classes: permanent },
  '1.7': { codes: 'any', classes: permanent },
  '1.8': { codes: [451, 501, 550], classes: both },
  '1.9': { codes: 'any', classes: permanent },
  '1.10': { codes: [556], classes: permanent },
  '2.0': { codes: 'any', classes: all },
  '2.1': { codes: 'any', classes: both },
  '2.2': { codes: [452, 552], classes: both },
  '2.3': { codes: [552], classes: permanent },
  '2.4': { codes: [450, 452], classes: both },
  '3.0': { codes: [221, 250, 421, 451, 550, 554], classes: all },
  '3.1': { codes: [452], classes: transient },
  '3.2': { codes: [421, 453, 521], classes: both },
  '3.4': { codes: [552, 554], classes: permanent },
  '4.2': { codes: [421], classes: both },
  '4.6': { codes: 'any', classes: both },
  '5.0': { codes: [220, 250, 251, 252, 253, 451, 452, 454, 458, 459, 501, 502, 503, 554], classes: all },
  '5.1': { codes: [430, 500, 501, 502, 503, 530, 550, 554, 555], classes: permanent },
  '5.2': { codes: [500, 501, 502, 550, 555], classes: permanent },
  '5.3': { codes: [451, 452], classes: both },
  '5.4': { codes: [451, 501, 502, 503, 504, 550, 555], classes: permanent },
  '5.6': { codes: [500], classes: permanent },
  '6.0': { codes: 'any', classes: both },
  '6.7': { codes: [550, 553], classes: permanent },
  '6.8': { codes: [252, 550, 553], classes: all },
  '6.9': { codes: [550, 554], classes: permanent },
  '7.0': { codes: [220, 235, 421, 450, 454, 500, 501, 503, 504, 530, 535, 550], classes: all },
  '7.1': { codes: [451, 454, 502, 503, 533, 550, 551], classes: both },
  '7.2': { codes: [550], classes: permanent },
  '7.8': { codes: [535, 554], classes: permanent },
  '7.9': { codes: [534], classes: permanent },
  '7.11': { codes: [524, 538], classes: permanent },
}
