/**
 * Storage in one SQLite file: `<folder>/weft.sqlite`, and attachments in `<folder>/attachments`. This side runs on the event loop and only asks; the thread
 * in sqlite-worker.ts does the work.
 */
import { join } from 'node:path'
import { type LogEntry, type LogSlice, type Reporter, StorageFailure, type Timers } from '@weft/sync'
import { openAttachmentFiles } from './attachment-files.ts'
import { attachmentStore } from './attachment-store.ts'
import { packOwners, unpackOwners } from './packed-owners.ts'
import { messageOf } from './sqlite-errors.ts'
import { prepareFolder, warnBelowBytes } from './sqlite-folder.ts'
import type { PackedSlice } from './sqlite-messages.ts'
import { startThread } from './sqlite-thread.ts'
import { noQuotas, type Quotas, type Storage } from './storage.ts'

export interface SqliteOptions {
  /** Made if it is not there. */
  readonly folder: string
  readonly timers: Timers
  /** Hears of a disk that is nearly full. */
  readonly reporter?: Reporter
  /** Left out: none. */
  readonly quotas?: Quotas
}

/**
 * Opens the database, alone: a second process that tries is refused. Rejects with StorageFailure whose message
 * tells an operator what to do.
 */
export async function openSqlite(options: SqliteOptions): Promise<Storage> {
  const { folder, timers, reporter, quotas = noQuotas } = options
  const free = await prepareFolder(folder)
  if (free < warnBelowBytes) reporter?.warn('disk-nearly-full', { folder, freeBytes: free })
  const thread = await startThread({ file: join(folder, 'weft.sqlite'), at: timers.now(), quotas }, timers)
  // Only now: what another server is just receiving there is not this one's to clear away.
  const files = await openAttachmentFiles(join(folder, 'attachments')).catch(async (cause: unknown) => {
    await thread.close()
    throw new StorageFailure(`The folder of attachments cannot be opened: ${messageOf(cause)}`, {
      full: false,
      cause,
    })
  })

  return {
    documents: {
      create(draft) {
        const first = draft.first === null ? null : copyEntry(draft.first)
        return thread.ask({ type: 'create', draft: { ...draft, first } })
      },
      get: (id) => thread.ask({ type: 'get', id }),
      getMany: (ids) => thread.ask({ type: 'get-many', ids }),
      list: (query) => thread.ask({ type: 'list', query }),
      tags: (query) => thread.ask({ type: 'tags', query }),
      update: (id, changes, at, by = null) => thread.ask({ type: 'update', id, changes, at, by }),
      trash: (id, at, by = null) => thread.ask({ type: 'trash', id, at, by }),
      restore: (id, at, by = null) => thread.ask({ type: 'restore', id, at, by }),
      trashedBefore: (before, limit) => thread.ask({ type: 'trashed-before', before, limit }),
      purge: (ids, at, by = null) => thread.ask({ type: 'purge', ids, at, by }),
    },
    updates: {
      async read(document, after) {
        return unpacked(await thread.ask({ type: 'read', document, after }))
      },
      append: (document, entries) => thread.ask({ type: 'append', document, entries }),
      async fold(document, snapshot, upTo) {
        const bytes = new Uint8Array(snapshot.update)
        const index = snapshot.index == null ? null : new Uint8Array(snapshot.index)
        const copy = { bytes, index, owners: packOwners(snapshot.owners) }
        const at = timers.now()
        await thread.ask({ type: 'fold', document, snapshot: copy, upTo, at, pieces: null }, [bytes.buffer])
      },
    },
    history: {
      async read(document, position) {
        return unpacked(await thread.ask({ type: 'read-at', document, position }))
      },
      positionAt: (document, time) => thread.ask({ type: 'position-at', document, time }),
      async entries(document, after) {
        const { ats, ...slice } = await thread.ask({ type: 'entries', document, after })
        const { updates, actors, head, lineage, kind } = unpacked(slice)
        // Of entries, actor and time are known, and there is one of each.
        const entries = updates.map((update, index) => ({
          update,
          actor: actors[index] as LogEntry['actor'],
          at: ats[index] as number,
        }))
        return { entries, head, lineage, kind }
      },
    },
    events: {
      read: (query) => thread.ask({ type: 'events', query }),
      tellChanges: (at) => thread.ask({ type: 'tell-changes', at }),
    },
    webhooks: {
      create: (...given) => thread.ask({ type: 'webhooks.create', given }),
      get: (...given) => thread.ask({ type: 'webhooks.get', given }),
      list: (...given) => thread.ask({ type: 'webhooks.list', given }),
      update: (...given) => thread.ask({ type: 'webhooks.update', given }),
      remove: (...given) => thread.ask({ type: 'webhooks.remove', given }),
      enqueue: (...given) => thread.ask({ type: 'webhooks.enqueue', given }),
      add: (...given) => thread.ask({ type: 'webhooks.add', given }),
      claim: (...given) => thread.ask({ type: 'webhooks.claim', given }),
      nextDue: (...given) => thread.ask({ type: 'webhooks.nextDue', given }),
      settle: (...given) => thread.ask({ type: 'webhooks.settle', given }),
      delivery: (...given) => thread.ask({ type: 'webhooks.delivery', given }),
      deliveries: (...given) => thread.ask({ type: 'webhooks.deliveries', given }),
    },
    answers: {
      find: (request) => thread.ask({ type: 'find-answer', request }),
      async note(request, note) {
        await thread.ask({ type: 'note-request', request, note })
      },
      async keep(request, answer) {
        // A view would take all of the buffer behind it along.
        const body = answer.body === null ? null : new Uint8Array(answer.body)
        await thread.ask({ type: 'keep-answer', request, answer: { ...answer, body } })
      },
      async forget(request) {
        await thread.ask({ type: 'forget-answer', request })
      },
      purge: (time, most) => thread.ask({ type: 'purge-answers', time, most }),
    },
    folders: {
      list: () => thread.ask({ type: 'folders' }),
      get: (id) => thread.ask({ type: 'folder', id }),
      create: (draft) => thread.ask({ type: 'create-folder', draft }),
      change: (id, changes) => thread.ask({ type: 'change-folder', id, changes }),
      remove: (id) => thread.ask({ type: 'remove-folder', id }),
    },
    marks: {
      async star(actor, document, at) {
        await thread.ask({ type: 'star', actor, document, at })
      },
      async unstar(actor, document) {
        await thread.ask({ type: 'unstar', actor, document })
      },
      starred: (actor, documents) => thread.ask({ type: 'starred', actor, documents }),
      async noteOpenings(openings) {
        await thread.ask({ type: 'note-openings', openings })
      },
      openings: (actor) => thread.ask({ type: 'openings', actor }),
      async forgetOpenings(before) {
        await thread.ask({ type: 'forget-openings', before })
      },
    },
    attachments: attachmentStore(
      {
        async insert(record) {
          await thread.ask({ type: 'add-attachment', record })
        },
        get: (id) => thread.ask({ type: 'get-attachment', id }),
        list: (document) => thread.ask({ type: 'list-attachments', document }),
        remove: (id) => thread.ask({ type: 'remove-attachment', id }),
        async mark(ids, since) {
          if (ids.length > 0) await thread.ask({ type: 'mark-attachments', ids, since })
        },
        documents: (after, limit) => thread.ask({ type: 'documents-with-attachments', after, limit }),
        inUse: (digests) => thread.ask({ type: 'digests-in-use', digests }),
      },
      files,
    ),
    imports: {
      async save(record) {
        await thread.ask({ type: 'save-import', record })
      },
      get: (id) => thread.ask({ type: 'get-import', id }),
      async remove(id) {
        await thread.ask({ type: 'remove-import', id })
      },
      async interrupt(at) {
        await thread.ask({ type: 'interrupt-imports', at })
      },
      async forget(before) {
        await thread.ask({ type: 'forget-imports', before })
      },
    },
    async probe() {
      await thread.ask({ type: 'probe', at: timers.now() })
    },
    failed: thread.failed,
    close: () => thread.close(),
  }
}

/**
 * Exactly the bytes, in a buffer of their own. Posting a view copies all of the buffer behind it, which may be a
 * whole socket read; and Buffer.slice would be a view again.
 */
function copyEntry({ update, actor, at }: LogEntry) {
  return { update: new Uint8Array(update), actor, at }
}

function unpacked({ snapshot, bytes, lengths, actors, owners, ...slice }: PackedSlice): LogSlice {
  let offset = 0
  const entries = lengths.map((length) => {
    const start = offset
    offset += length
    return bytes.subarray(start, offset)
  })
  return {
    ...slice,
    updates: snapshot === null ? entries : [snapshot, ...entries],
    actors: snapshot === null ? actors : [null, ...actors],
    owners: unpackOwners(owners),
  }
}
