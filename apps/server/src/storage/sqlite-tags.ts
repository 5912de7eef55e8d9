/**
 * Which documents have a tag, and how many. A document's own row has its tags; here are those of documents outside
 * the trash, so that the few with a rare tag are found without looking at the others.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import { all } from './sqlite-rows.ts'
import type { TagCount, TagQuery } from './storage.ts'

export interface SqliteTags {
  /** From now on the document has these, and no others. Of one that is in the trash: none. */
  put(document: DocumentId, tags: readonly string[]): void
  list(query: TagQuery): readonly TagCount[]
}

export function sqliteTags(database: DatabaseSync): SqliteTags {
  const select = database.prepare('SELECT tag FROM document_tags WHERE document = ?')
  const insert = database.prepare('INSERT INTO document_tags (tag, document) VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM document_tags WHERE tag = ? AND document = ?')
  const count = database.prepare(
    `INSERT INTO tags (tag, documents) VALUES (?, 1)
     ON CONFLICT (tag) DO UPDATE SET documents = documents + 1`,
  )
  const discount = database.prepare('UPDATE tags SET documents = documents - 1 WHERE tag = ?')
  const forget = database.prepare('DELETE FROM tags WHERE tag = ? AND documents = 0')
  const mostUsed = database.prepare('SELECT tag, documents FROM tags ORDER BY documents DESC, tag LIMIT ?')
  const beginning = database.prepare(
    'SELECT tag, documents FROM tags WHERE tag >= ? AND tag < ? ORDER BY documents DESC, tag LIMIT ?',
  )

  return {
    put(document, tags) {
      const before = new Set(all<{ readonly tag: string }>(select, document).map(({ tag }) => tag))
      const after = new Set(tags)
      for (const tag of before) {
        if (after.has(tag)) continue
        remove.run(tag, document)
        discount.run(tag)
        forget.run(tag)
      }
      for (const tag of after) {
        if (before.has(tag)) continue
        insert.run(tag, document)
        count.run(tag)
      }
    },
    list({ prefix, limit }) {
      if (prefix === '') return all<TagCount>(mostUsed, limit)
      return all<TagCount>(beginning, prefix, `${prefix}\u{10ffff}`, limit)
    },
  }
}
