/**
 * For tests of the readers: the ways in which the same octets can come from the network. A reader must not care.
 */
interface Feed {
  readonly name: string
  readonly pieces: readonly Uint8Array[]
}

/** Text to octets, one each (latin1), so that tables can write `\x00` and `\xff`. */
export function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** Octets to text, one character each. */
export function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join('')
}

/** Whole, byte by byte, and cut at every single place. */
function feedsOf(bytes: Uint8Array): readonly Feed[] {
  const cuts = Array.from({ length: Math.max(0, bytes.length - 1) }, (_, index) => ({
    name: `cut after ${index + 1}`,
    pieces: [bytes.subarray(0, index + 1), bytes.subarray(index + 1)],
  }))
  return [
    { name: 'whole', pieces: [bytes] },
    { name: 'byte by byte', pieces: Array.from(bytes, (octet) => Uint8Array.of(octet)) },
    ...cuts,
  ]
}

/** What `read` makes of the octets, under every feed the same; a difference is an error that names the feed. */
export function underEveryFeed<Read>(bytes: Uint8Array, read: (pieces: readonly Uint8Array[]) => Read): Read {
  const whole = read([bytes])
  const expected = JSON.stringify(whole)
  for (const feed of feedsOf(bytes)) {
    const seen = JSON.stringify(read(feed.pieces))
    if (seen !== expected) throw new Error(`${feed.name}: ${seen} instead of ${expected}`)
  }
  return whole
}
