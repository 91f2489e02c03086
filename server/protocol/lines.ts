export type Line =
  | { readonly kind: 'line'; /** Without its CRLF. */ readonly bytes: Uint8Array }
  | { readonly kind: 'too-long'; /** CRLF included. */ readonly octets: number }

export class LineReader {
  constructor(maximum: number) {
    throw new Error(`not built yet ${maximum}`)
  }
  push(_bytes: Uint8Array): void {}
  next(): Line | undefined {
    return undefined
  }
  drain(): Uint8Array {
    return new Uint8Array()
  }
  setMaximum(_maximum: number): void {}
  get buffered(): number {
    return 0
  }
}
