/** Fills a data folder with a library: through the storage, and the search index as the server would have made it. */
import path from 'node:path'
import { contentUpdate } from '@weft/document'
import { type FolderId, parseDocumentId, parseFolderId } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openSearch } from '../../../apps/server/src/search/sqlite-search.ts'
import { openSqlite } from '../../../apps/server/src/storage/sqlite.ts'
import { folderCount, type LibraryDocument, library } from '../data/library.ts'

const [folder = '', count = '0', seed = '1'] = process.argv.slice(2)
const atOnce = 500
const start = 1_750_000_000_000

const began = performance.now()
const storage = await openSqlite({ folder, timers: realTimers })
const search = await openSearch(path.join(folder, 'search.sqlite'))

const folders: FolderId[] = []
for (let number = 0; number < folderCount; number++) {
  const id = parseFolderId(String(number).padStart(22, '0'))
  if (id === null) throw new Error('no id')
  const name = `Folder ${number}`
  await storage.folders.create({ id, name, parent: null, createdBy: 'guest:library', createdAt: start })
  folders.push(id)
}

async function put(documents: readonly LibraryDocument[], first: number): Promise<void> {
  const records = await Promise.all(
    documents.map((document, index) => {
      const at = start + (first + index) * 1_000
      const id = parseDocumentId(`library-${first + index}`)
      if (id === null) throw new Error('no id')
      const { title, text, tags } = document
      const createdBy = `guest:writer-${(first + index) % 300}`
      return storage.documents.create({
        ...{ id, title, kind: 'markdown', language: null, lineage: `lineage-${first + index}`, tags },
        ...{
          createdBy,
          createdAt: at,
          folder: document.folder === null ? null : (folders[document.folder] ?? null),
        },
        first: { update: contentUpdate(text), actor: createdBy, at },
      })
    }),
  )
  await search.put(
    records.map((record, index) => ({
      id: record.id,
      content: JSON.stringify([record.lineage, record.revision, record.title]),
      folder: record.folder,
      tags: record.tags,
      author: record.createdBy,
      updatedAt: record.updatedAt,
      title: record.title,
      text: documents[index]?.text ?? '',
    })),
  )
}

let portion: LibraryDocument[] = []
let put0 = 0
for (const document of library(Number(seed)).documents(Number(count))) {
  portion.push(document)
  if (portion.length < atOnce) continue
  await put(portion, put0)
  put0 += portion.length
  portion = []
}
await put(portion, put0)
await search.close()
await storage.close()
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1_000 }))
