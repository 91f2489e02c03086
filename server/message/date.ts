/**
 * Date and time as mail writes it (RFC 5322 §3.3): local time with its numeric offset, never a zone name.
 */

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const padded = (value: number): string => String(value).padStart(2, '0')

/** `Tue, 24 Nov 2026 07:56:07 +0100` for a moment in milliseconds since the epoch. */
export const dateTime = (at: number): string => {
  const date = new Date(at)
  // rfc5321-4.4-08 rfc5322-3.3-02: local time; getTimezoneOffset counts minutes west of Greenwich.
  const east = -date.getTimezoneOffset()
  const distance = Math.abs(east)
  // rfc5321-4.4-07 rfc5321-4.4-09: a numeric offset and nothing else; UT is +0000.
  const offset = `${east < 0 ? '-' : '+'}${padded(Math.floor(distance / 60))}${padded(distance % 60)}`
  // rfc5321-4.4-26 rfc5322-3.3-01: a four-digit year, the right day of the week.
  const day = `${days[date.getDay()]}, ${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}`
  return `${day} ${padded(date.getHours())}:${padded(date.getMinutes())}:${padded(date.getSeconds())} ${offset}`
}
