import type { ContentRead } from './data.ts'
import type { ContentFacts } from './exchange.ts'

export class ChunkReader {
  constructor(_size: number) {}
  feed(bytes: Uint8Array): ContentRead {
    return { content: [bytes], done: false, rest: new Uint8Array() }
  }
}

export class ChunkFacts {
  add(_bytes: Uint8Array): void {}
  facts(): ContentFacts {
    throw new Error('not built yet')
  }
}
