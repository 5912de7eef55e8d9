/** The tree of folders in SQLite. Every function runs inside the worker's transaction, or between two. */
import type { DatabaseSync } from 'node:sqlite'
import { type FolderId, limits } from '@weft/protocol'
import { all, first } from './sqlite-rows.ts'
import type { FolderChanges, FolderRecord, FolderRefusal } from './storage.ts'

export interface SqliteFolders {
  list(): readonly FolderRecord[]
  get(id: FolderId): FolderRecord | null
  create(draft: FolderRecord): FolderRecord | FolderRefusal
  change(id: FolderId, changes: FolderChanges): FolderRecord | FolderRefusal | null
  remove(id: FolderId): FolderRefusal | null
}

export function sqliteFolders(database: DatabaseSync): SqliteFolders {
  const columns = 'id, parent, name, created_by AS createdBy, created_at AS createdAt'
  const selectAll = database.prepare(`SELECT ${columns} FROM folders ORDER BY name, id`)
  const select = database.prepare(`SELECT ${columns} FROM folders WHERE id = ?`)
  const count = database.prepare('SELECT count(*) AS count FROM folders')
  const namesake = database.prepare(
    "SELECT 1 FROM folders WHERE coalesce(parent, '') = coalesce(?, '') AND name = ? AND id <> ?",
  )
  const ancestors = database.prepare(
    `WITH RECURSIVE above (id, parent) AS (
       SELECT id, parent FROM folders WHERE id = ?
       UNION ALL SELECT folders.id, folders.parent FROM folders JOIN above ON folders.id = above.parent
     ) SELECT id FROM above`,
  )
  const height = database.prepare(
    `WITH RECURSIVE below (id, depth) AS (
       SELECT ?, 1
       UNION ALL SELECT folders.id, depth + 1 FROM folders JOIN below ON folders.parent = below.id
     ) SELECT max(depth) AS height FROM below`,
  )
  const insert = database.prepare(
    'INSERT INTO folders (id, parent, name, created_by, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  const update = database.prepare('UPDATE folders SET parent = ?, name = ? WHERE id = ?')
  const inUse = database.prepare(
    `SELECT 1 FROM folders WHERE parent = ?1
     UNION ALL SELECT 1 FROM documents WHERE folder = ?1 AND shelf = 0 LIMIT 1`,
  )
  const remove = database.prepare('DELETE FROM folders WHERE id = ?')

  function get(id: FolderId): FolderRecord | null {
    return first<FolderRecord>(select, id) ?? null
  }

  /** Why a folder with so many levels in it, its own counted, cannot stand there. */
  function refusal({ id, parent, name }: FolderRecord, levels: number): FolderRefusal | null {
    const above = parent === null ? [] : all<{ readonly id: FolderId }>(ancestors, parent)
    if (parent !== null && above.length === 0) return { refused: 'no-parent' }
    if (above.some((ancestor) => ancestor.id === id)) return { refused: 'inside-itself' }
    if (above.length + levels > limits.folderDepth) return { refused: 'too-deep' }
    return first(namesake, parent, name, id) === undefined ? null : { refused: 'exists' }
  }

  return {
    list: () => all<FolderRecord>(selectAll),
    get,
    create(draft) {
      if ((first<{ readonly count: number }>(count)?.count ?? 0) >= limits.folders)
        return { refused: 'too-many' }
      const refused = refusal(draft, 1)
      if (refused !== null) return refused
      insert.run(draft.id, draft.parent, draft.name, draft.createdBy, draft.createdAt)
      return draft
    },
    change(id, changes) {
      const before = get(id)
      if (before === null) return null
      const after = { ...before, ...changes }
      const refused = refusal(after, first<{ readonly height: number }>(height, id)?.height ?? 1)
      if (refused !== null) return refused
      update.run(after.parent, after.name, id)
      return after
    },
    remove(id) {
      if (first(inUse, id) !== undefined) return { refused: 'not-empty' }
      remove.run(id)
      return null
    },
  }
}
