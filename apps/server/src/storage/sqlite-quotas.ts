import type { DatabaseSync } from 'node:sqlite'
import type { ActorId } from '@weft/protocol'
import { Refusal } from './refusal.ts'
import { first } from './sqlite-rows.ts'
import type { Quotas } from './storage.ts'

export interface SqliteQuotas {
  /** Throws {@link Refusal} when there is no room for another document of this actor. */
  requireRoom(author: ActorId): void
  /** So many documents more; fewer, if negative. */
  count(documents: number): void
  /** A transaction was undone: what was counted may be wrong. */
  recount(): void
}

export function sqliteQuotas(database: DatabaseSync, quotas: Quotas): SqliteQuotas {
  const countAll = database.prepare('SELECT count(*) AS count FROM documents WHERE shelf < 2')
  const countOf = database.prepare(
    'SELECT count(*) AS count FROM (SELECT 1 FROM documents WHERE created_by = ? AND shelf < 2 LIMIT ?)',
  )
  const size = database.prepare(
    `SELECT (page_count - freelist_count) * page_size AS count
     FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
  )
  /** `null`: not known. Counting 100,000 takes milliseconds, which is too long for each creation. */
  let documents: number | null = null

  return {
    requireRoom(author) {
      if (quotas.documents > 0) {
        documents ??= first<Count>(countAll)?.count ?? 0
        if (documents >= quotas.documents)
          throw new Refusal('quota', `It has ${quotas.documents} documents, the trash included.`)
      }
      const own = quotas.documentsPerActor
      if (own > 0 && (first<Count>(countOf, author, own)?.count ?? 0) >= own)
        throw new Refusal('quota', `You have made ${own} documents, the trash included.`)
      if (quotas.bytes > 0 && (first<Count>(size)?.count ?? 0) >= quotas.bytes)
        throw new Refusal('quota', 'The space that its operator gave it is used up.')
    },
    count(more) {
      if (documents !== null) documents += more
    },
    recount() {
      documents = null
    },
  }
}

interface Count {
  readonly count: number
}
