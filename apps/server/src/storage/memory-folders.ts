import { type DocumentId, type FolderId, limits } from '@weft/protocol'
import type { Held } from './memory-held.ts'
import type { Passage } from './memory-passage.ts'
import type { FolderRecord, FolderRefusal, FolderStore } from './storage.ts'

export function memoryFolders(
  folders: Map<FolderId, FolderRecord>,
  documents: ReadonlyMap<DocumentId, Held>,
  passage: Passage,
): FolderStore {
  function ancestors(id: FolderId | null): readonly FolderRecord[] {
    const folder = id === null ? undefined : folders.get(id)
    return folder === undefined ? [] : [folder, ...ancestors(folder.parent)]
  }

  function children(id: FolderId): readonly FolderRecord[] {
    return [...folders.values()].filter(({ parent }) => parent === id)
  }

  function levels(id: FolderId): number {
    return 1 + Math.max(0, ...children(id).map((child) => levels(child.id)))
  }

  /** Why a folder with so many levels in it, its own counted, cannot stand there. */
  function refusal(folder: FolderRecord, own: number): FolderRefusal | null {
    const { id, parent, name } = folder
    const above = ancestors(parent)
    if (parent !== null && above.length === 0) return { refused: 'no-parent' }
    if (above.some((ancestor) => ancestor.id === id)) return { refused: 'inside-itself' }
    if (above.length + own > limits.folderDepth) return { refused: 'too-deep' }
    const isTaken = [...folders.values()].some(
      (other) => other.id !== id && other.parent === parent && other.name === name,
    )
    return isTaken ? { refused: 'exists' } : null
  }

  function put(folder: FolderRecord, own: number): FolderRecord | FolderRefusal {
    const refused = refusal(folder, own)
    if (refused === null) folders.set(folder.id, folder)
    return refused ?? folder
  }

  return {
    list: () =>
      passage.read(() => {
        const byName = (a: FolderRecord, b: FolderRecord) =>
          Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || (a.id < b.id ? -1 : 1)
        return [...folders.values()].sort(byName)
      }),
    get: (id) => passage.read(() => folders.get(id) ?? null),
    create: (draft) =>
      passage.write(() => (folders.size >= limits.folders ? { refused: 'too-many' } : put({ ...draft }, 1))),
    change: (id, changes) =>
      passage.write(() => {
        const before = folders.get(id)
        return before === undefined ? null : put({ ...before, ...changes }, levels(id))
      }),
    remove: (id) =>
      passage.write(() => {
        const isUsed = [...documents.values()].some(
          ({ record }) => record.folder === id && record.trashedAt === null,
        )
        if (isUsed || children(id).length > 0) return { refused: 'not-empty' }
        folders.delete(id)
        return null
      }),
  }
}
