/**
 * When a line of a product's own log was written, where it says so: `2026-11-24T10:00:00.123+00:00`, `2026-11-24 10:00:00.123`,
 * `Nov 24 10:00:00`. Logs in boxes are in the machine's time zone.
 *
 * Most logs tell whole seconds only. Such a line was written somewhere within its second; it is put at its end, so that
 * what caused it stands before it.
 */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const wholeSecond = 999

const isoForm = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,6}))?(Z|[+-]\d{2}:?\d{2})?/
const syslogForm = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?/

const fraction = (digits: string | undefined): number =>
  digits === undefined ? wholeSecond : Math.floor(Number(`0.${digits}`) * 1000)

const fromIso = (line: string): number | undefined => {
  const [, day, time, digits, zone = ''] = isoForm.exec(line) ?? []
  if (day === undefined || time === undefined) return undefined
  const at = Date.parse(`${day}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`)
  return Number.isNaN(at) ? undefined : at + fraction(digits)
}

const fromSyslog = (line: string, now: Date): number | undefined => {
  const [, month = '', day, hours, minutes, seconds, digits] = syslogForm.exec(line) ?? []
  const index = months.indexOf(month)
  if (index < 0) return undefined
  const clock = [Number(day), Number(hours), Number(minutes), Number(seconds)] as const
  const at = new Date(now.getFullYear(), index, ...clock).getTime()
  // A log of December that is read in January.
  const year = at > now.getTime() + 86_400_000 ? now.getFullYear() - 1 : now.getFullYear()
  return new Date(year, index, ...clock).getTime() + fraction(digits)
}

/** Milliseconds since the epoch; nothing where the line does not tell. */
export const loggedAt = (line: string, now: Date = new Date()): number | undefined =>
  fromIso(line) ?? fromSyslog(line, now)
