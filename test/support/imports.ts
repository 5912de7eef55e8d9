/** Importing over HTTP, and archives to import. */
import type { DocumentResource, ImportResource } from '@weft/protocol'
import type { Storage } from '@weft/server/storage/storage'
import { until } from './until.ts'
import type { Answer, Weft } from './weft.ts'
import { type ZipEntry, zip } from './zip.ts'

export function postImport(
  own: Weft,
  name: string | null,
  body: string | Uint8Array,
  type = 'application/octet-stream',
): Promise<Answer> {
  const query = name === null ? '' : `?name=${encodeURIComponent(name)}`
  return own.ask('POST', `/import${query}`, body, { 'content-type': type })
}

/** The end of an import of an archive, which must have been taken. */
export async function imported(
  own: Weft,
  entries: readonly ZipEntry[] | Buffer,
  name = 'a.zip',
): Promise<ImportResource> {
  const answer = await postImport(own, name, Array.isArray(entries) ? zip(entries) : (entries as Buffer))
  if (answer.status !== 202) throw new Error(answer.text)
  const path = (answer.headers.get('location') ?? '').replace('/api/v1', '')
  return until(
    async () => {
      const report = (await own.ask('GET', path)).json as ImportResource
      return report.endedAt === null ? null : report
    },
    { withinMs: 100_000 },
  )
}

export function many(documents: number): Buffer {
  return zip(
    Array.from({ length: documents }, (_, n) => ({
      path: `folder ${n % 20}/document ${n}.md`,
      content: `# Document ${n}\n\nSome words of it, ${'and more of them, '.repeat(n % 30)}and [another](document%20${n + 20}.md).\n`,
      deflated: true,
    })),
  )
}

export async function countDocuments(own: Weft): Promise<number> {
  let documents = 0
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json } = await own.ask('GET', `/documents?limit=100${cursor && `&cursor=${cursor}`}`)
    const page = json as { documents: DocumentResource[]; next: string | null }
    documents += page.documents.length
    cursor = page.next
  }
  return documents
}

/** Creating documents waits until it is let go on. */
export function gated() {
  const opened = Promise.withResolvers<void>()
  const gate = {
    asked: 0,
    open: () => opened.resolve(),
    storage: (real: Storage): Storage => ({
      ...real,
      documents: {
        ...real.documents,
        create: async (draft) => {
          gate.asked++
          await opened.promise
          return real.documents.create(draft)
        },
      },
    }),
  }
  return gate
}
