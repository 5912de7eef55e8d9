import { parseDocumentId } from '@weft/protocol'
import { createReader, type ReaderDeps } from '@weft/server/document-reader'
import type { OfSource, Source } from '@weft/server/document-tasks'
import type { ShownText } from '@weft/server/text-tasks'
import { describe, expect, it } from 'vitest'

const id = parseDocumentId('minutes')
if (id === null) throw new RangeError('no id')
const at = { id, lineage: 'l', revision: 5 }

/** Of a document that is at revision 6 by the time that it is read. Counts how often texts are shown. */
function readerOf(found: ShownText) {
  const asked: string[] = []
  const deps = {
    revisions: {
      async at(
        revision: { readonly exactly: number | null },
        work: (source: Source) => Promise<OfSource<unknown>>,
      ) {
        const upTo = revision.exactly ?? 6
        const source: Source = { key: 'k', after: 0, upTo, updates: [] }
        const done = await work(source)
        if (done.type === 'closed') throw new Error('closed')
        return { value: done.value, revision: upTo, lineage: 'l' }
      },
      slice: () => Promise.reject(new Error('nobody asks')),
    },
    worker: {
      readText: async (source: Source) => ({ type: 'done', value: `text ${source.upTo}`, isOpen: false }),
      async show(_: string, { part }: { readonly part: object | null }) {
        asked.push(JSON.stringify(part))
        return found
      },
    },
  } as unknown as ReaderDeps
  return { reader: createReader(deps), asked }
}

describe('the reader of documents', () => {
  it('gives the past as it was, also while somebody reads what is there now', async () => {
    const { reader } = readerOf({ type: 'absent', found: [] })
    const [latest, past, state] = await Promise.all([
      reader.text(at),
      reader.text({ ...at, isPast: true }),
      reader.shown({ ...at, isPast: true }, { part: null, as: 'text' }),
    ])
    expect(latest).toMatchObject({ content: 'text 6', revision: 6 })
    expect(past).toMatchObject({ content: 'text 5', revision: 5 })
    expect(state.revision).toBe(5)
  })

  it('keeps no more of headings that are not there than of parts that are', async () => {
    const found = Array.from({ length: 100 }, (_, line) => ({ line, excerpt: '#'.repeat(120) }))
    const { reader, asked } = readerOf({ type: 'absent', found })
    const section = (heading: string) =>
      reader.shown({ ...at, revision: 6 }, { part: { type: 'section', heading }, as: 'text' })
    for (let n = 0; n < 1_500; n++) await section(`no ${n}`)
    const before = asked.length
    await section('no 1499')
    expect(asked.length).toBe(before)
    // 1,500 such answers are more than the 16 MiB that are kept.
    await section('no 0')
    expect(asked.length).toBe(before + 1)
  })
})
