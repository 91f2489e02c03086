import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSource, renderSource } from './source.ts'

const formats = ['json', 'yaml'] as const

describe.each(formats)('a settings file in %s', (format) => {
  test('whatever the text, it is read or its mistakes are told', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        '\n',
        '  ',
        '- ',
        '&a ',
        '*a',
        '<<: ',
        '!!binary ',
        '#',
        '|',
        'a',
        '1',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        expect(['parsed', 'mistakes']).toContain(parseSource(pieces.join(''), format).kind)
      }),
      { numRuns: 300 },
    )
  })

  test('a document survives being written and read', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false })), (document) => {
        const plain: unknown = JSON.parse(JSON.stringify(document))
        const parsed = parseSource(renderSource(plain, format, ''), format)
        expect(parsed.kind === 'parsed' && parsed.document).toEqual(plain)
      }),
    )
  })

  test('brackets without end do not crash it', () => {
    for (const text of ['['.repeat(4000), `${'['.repeat(4000)}${']'.repeat(4000)}`]) {
      expect(['parsed', 'mistakes']).toContain(parseSource(text, format).kind)
    }
  })
})
