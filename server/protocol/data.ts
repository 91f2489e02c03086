import type { ContentFacts } from './exchange.ts'

export interface ContentRead {
  readonly content: readonly Uint8Array[]
  readonly done: boolean
  /** What came after the end; empty while not done. */
  readonly rest: Uint8Array
}

export class DataReader {
  constructor(_options: { readonly maximumTextLine: number }) {}
  feed(bytes: Uint8Array): ContentRead {
    return { content: [bytes], done: false, rest: new Uint8Array() }
  }
  facts(): ContentFacts {
    throw new Error('not built yet')
  }
}
