/**
 * Whether somebody listens at a place, by the kernel's own list: nobody has to connect, so no log speaks of us.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'

const octetsAtOnce = 16_384
const listening = '0A'

/**
 * The kernel's lines of sockets that listen. It tells them before all others, of which there are thousands after an hour of
 * sessions; those are not asked for.
 */
const listeningLines = (file: string): readonly string[] => {
  const handle = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(octetsAtOnce)
    let text = ''
    for (;;) {
      const length = readSync(handle, buffer)
      text += buffer.toString('latin1', 0, length)
      const lines = text.split('\n').slice(1)
      const first = lines.findIndex((line) => line !== '' && line.trim().split(/\s+/)[3] !== listening)
      if (first !== -1) return lines.slice(0, first)
      if (length === 0) return lines
    }
  } finally {
    closeSync(handle)
  }
}

/** An address as the kernel writes it: words of 32 bits in the machine's own order. */
const hexadecimal = (address: string): string => {
  const octets = address === '::1' ? [...Array<number>(15).fill(0), 1] : address.split('.').map(Number)
  const words: string[] = []
  for (let first = 0; first < octets.length; first += 4) {
    const word = octets.slice(first, first + 4)
    if (endianness() === 'LE') word.reverse()
    words.push(word.map((octet) => octet.toString(16).toUpperCase().padStart(2, '0')).join(''))
  }
  return words.join('')
}

/** `address` is of IPv4, or `::1`. */
export const listens = ({ address, port }: { readonly address: string; readonly port: number }): boolean => {
  const place = `${hexadecimal(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return listeningLines(address.includes(':') ? '/proc/net/tcp6' : '/proc/net/tcp').some((line) =>
    line.includes(` ${place} `),
  )
}
