/** What is done with one document, by its own route or by a bulk request: the same rights, the same refusals. */
import type { DocumentChanges, DocumentRecord } from '../storage/storage.ts'
import { authorised } from './authorised.ts'
import type { HttpContext, HttpDeps } from './env.ts'
import { Refused } from './refused.ts'

export interface DocumentActs {
  change(c: HttpContext, id: string, changes: DocumentChanges): Promise<DocumentRecord>
  trash(c: HttpContext, id: string): Promise<void>
  restore(c: HttpContext, id: string): Promise<DocumentRecord>
  /** For good, also from outside the trash. */
  delete(c: HttpContext, id: string): Promise<void>
  /** Stars are one's own: whoever may read a document may star it, in the trash too. */
  star(c: HttpContext, id: string): Promise<void>
  unstar(c: HttpContext, id: string): Promise<void>
}

export function createDocumentActs(deps: HttpDeps): DocumentActs {
  const { storage, rooms, timers } = deps
  const { documents, marks } = storage

  async function trash(c: HttpContext, id: string): Promise<DocumentRecord> {
    const record = await authorised(c, deps, id, 'write')
    await documents.trash(record.id, timers.now(), c.var.actor.id)
    rooms.dismiss(record.id)
    return record
  }

  return {
    async change(c, id, changes) {
      const { id: known } = await authorised(c, deps, id, 'write')
      const record = await documents.update(known, changes, timers.now(), c.var.actor.id)
      if (record === null) throw new Refused('document-in-trash')
      return record
    },

    async trash(c, id) {
      await trash(c, id)
    },

    async restore(c, id) {
      const { id: known } = await authorised(c, deps, id, 'write')
      const record = await documents.restore(known, timers.now(), c.var.actor.id)
      if (record === null) throw new Refused('not-found')
      return record
    },

    async delete(c, id) {
      const record = await trash(c, id)
      await documents.purge([record.id], timers.now(), c.var.actor.id)
    },

    async star(c, id) {
      const record = await authorised(c, deps, id, 'read')
      await marks.star(c.var.actor.id, record.id, timers.now())
    },

    async unstar(c, id) {
      const record = await authorised(c, deps, id, 'read')
      await marks.unstar(c.var.actor.id, record.id)
    },
  }
}
