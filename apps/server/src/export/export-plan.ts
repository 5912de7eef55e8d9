/**
 * What an archive of everything holds, and under which path: settled before its first byte, so that documents can
 * lead to each other. A document that comes later is not in it.
 */
import type { Actor, DocumentId, FolderId } from '@weft/protocol'
import type { Access } from '../access.ts'
import { manifestPath, missingPath } from '../import/archive-manifest.ts'
import { endingFor } from '../import/file-format.ts'
import type { DocumentRecord, FolderRecord, Storage } from '../storage/storage.ts'
import { fileNameFor, uniqueNames } from './file-names.ts'

export interface ExportPlan {
  /** In the order in which they are written. */
  readonly documents: ReadonlyMap<DocumentId, string>
  /** Path → name. */
  readonly folders: ReadonlyMap<string, string>
}

export interface PlanDeps {
  readonly storage: Pick<Storage, 'documents' | 'folders'>
  readonly access: Pick<Access, 'roleOf' | 'mayOrganise'>
}

export const attachmentsFolder = 'attachments'
const documentsAtOnce = 100

export async function planExport(actor: Actor, deps: PlanDeps): Promise<ExportPlan> {
  const names = new Map<string, (name: string) => string>()
  const nameIn = (folder: string, name: string): string => {
    const take =
      names.get(folder) ?? uniqueNames(folder === '' ? [manifestPath, missingPath, attachmentsFolder] : [])
    names.set(folder, take)
    return folder === '' ? take(name) : `${folder}/${take(name)}`
  }
  // Who may not see folders gets everything side by side.
  const all = deps.access.mayOrganise(actor) ? await deps.storage.folders.list() : []
  const folders = pathsOf(all, nameIn)
  const documents = new Map<DocumentId, string>()
  for await (const record of everything(actor, deps)) {
    const folder = record.folder === null ? '' : (folders.get(record.folder)?.path ?? '')
    const ending = endingFor(record.kind, record.language)
    documents.set(record.id, nameIn(folder, fileNameFor(record.title, ending)))
  }
  return { documents, folders: new Map([...folders.values()].map(({ path, name }) => [path, name])) }
}

/** All that this actor may read, oldest first: what changes meanwhile does not change its place. */
async function* everything(actor: Actor, { storage, access }: PlanDeps): AsyncGenerator<DocumentRecord> {
  let after = null
  do {
    const page = await storage.documents.list({
      ...{ trashed: false, title: null, sort: 'created', order: 'ascending' },
      limit: documentsAtOnce,
      after,
    })
    yield* page.documents.filter((record) => access.roleOf(actor, record) !== null)
    after = page.next
  } while (after !== null)
}

function pathsOf(folders: readonly FolderRecord[], nameIn: (folder: string, name: string) => string) {
  const paths = new Map<FolderId, { readonly path: string; readonly name: string }>()
  const below = Map.groupBy(folders, ({ parent }) => parent ?? '')
  const place = (parent: FolderId | '', path: string) => {
    for (const { id, name } of below.get(parent) ?? []) {
      const own = nameIn(path, fileNameFor(name))
      paths.set(id, { path: own, name })
      place(id, own)
    }
  }
  place('', '')
  return paths
}
