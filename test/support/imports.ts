/** Importing over HTTP, and archives to import. */
import type { DocumentResource, ImportResource } from '@weft/protocol'
import type { Storage } from '@weft/server/storage/storage'
import { StorageFailure } from '@weft/sync'
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

type Create = Storage['documents']['create']

/** A storage that creates documents in another way; `create` gets the real one too. */
export function creating(create: (real: Create, ...draft: Parameters<Create>) => ReturnType<Create>) {
  return (storage: Storage): Storage => {
    const { documents } = storage
    const real: Create = (draft) => documents.create(draft)
    return { ...storage, documents: { ...documents, create: (draft) => create(real, draft) } }
  }
}

/** What it creates is stored, and nobody hears of it. */
export const endsWhenCreated = creating(async (create, draft) => {
  await create(draft)
  throw new StorageFailure('it ends here', { full: false })
})

/** Creating documents waits until it is let go on. */
export function gated() {
  const opened = Promise.withResolvers<void>()
  const gate = {
    asked: 0,
    open: () => opened.resolve(),
    storage: creating(async (create, draft) => {
      gate.asked++
      await opened.promise
      return create(draft)
    }),
  }
  return gate
}
