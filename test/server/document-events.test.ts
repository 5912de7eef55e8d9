/** Where a follower of a document goes on when what came next cannot be told. */

import { realTimers } from '@weft/server/clock'
import type { ChangeReader } from '@weft/server/following/change-reader'
import { createDocumentEvents } from '@weft/server/following/document-events'
import { openMemory } from '@weft/server/storage/memory'
import { RevisionMissing } from '@weft/server/storage/storage'
import { TaskTooSlow, WorkerFailure } from '@weft/server/task-thread'
import { expect, it } from 'vitest'
import { draft, entry } from '../contract/adapter.ts'

it.each([
  new RevisionMissing('not kept'),
  new TaskTooSlow('a long text'),
  new WorkerFailure('too much memory'),
])('is told to read the text anew, and goes on from there (%s)', async (failure) => {
  const storage = openMemory()
  const { id } = await storage.documents.create(draft())
  for (const text of ['a', 'b']) await storage.updates.append(id, [entry(text)])
  const reader: ChangeReader = { read: () => Promise.reject(failure), forget: () => {} }
  const events = createDocumentEvents(storage, reader, realTimers)
  const { told, place } = await events.look(id, { revision: 1, sequence: 0 }, 'changes')
  expect(told).toMatchObject([{ event: { type: 'reset', revision: 2 }, place }])
  expect(place).toEqual({ revision: 2, sequence: 1 })
})

it('who starts over misses nothing that happens meanwhile', async () => {
  const storage = openMemory()
  const { id } = await storage.documents.create(draft())
  const documents = {
    ...storage.documents,
    async get(asked: typeof id) {
      const found = await storage.documents.get(asked)
      await storage.documents.update(id, { title: 'Renamed meanwhile' }, 2)
      return found
    },
  }
  let isKept = false
  const reader: ChangeReader = {
    read: (_, after) =>
      isKept
        ? Promise.resolve({ steps: [], base: after, revision: after, isPart: false })
        : Promise.reject(new RevisionMissing('not kept')),
    forget: () => {},
  }
  const events = createDocumentEvents({ ...storage, documents }, reader, realTimers)
  const { place } = await events.look(id, { revision: 9, sequence: 0 }, 'changes')
  isKept = true
  const { told } = await events.look(id, place, 'changes')
  expect(told).toMatchObject([{ event: { type: 'renamed', title: 'Renamed meanwhile' } }])
})
