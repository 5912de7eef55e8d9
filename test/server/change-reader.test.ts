/** Reading on in a document's log when many ask at about the same time. */
import type { DocumentWorker } from '@weft/server/documents-in-worker'
import { createChangeReader, type Telling } from '@weft/server/following/change-reader'
import type { DocumentHistory, Entries } from '@weft/server/storage/storage'
import { TaskTooSlow } from '@weft/server/task-thread'
import { expect, it } from 'vitest'
import { documentId, entry } from '../contract/adapter.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

const document = documentId('diary')

function world(kind: 'yjs' | 'text' = 'yjs') {
  const timers = new VirtualTimers()
  const asked: ((stored: number) => void)[] = []
  const history: Pick<DocumentHistory, 'entries'> = {
    entries: (_, after) =>
      new Promise<Entries>((resolve) => {
        asked.push((stored) => {
          const entries = Array.from({ length: stored - after }, () => entry('x'))
          resolve({ entries, head: stored, lineage: 'one', kind })
        })
      }),
  }
  const worker: Pick<DocumentWorker, 'followText'> = {
    async followText({ diff, parts }) {
      if (diff !== null) throw new TaskTooSlow('a long diff')
      return parts.map(() => [{ from: 0, to: 0, insert: 'x', removed: '' }])
    },
  }
  const reader = createChangeReader(history as DocumentHistory, worker, timers)
  const turn = async () => {
    timers.advance(100)
    for (let turns = 0; turns < 20; turns++) await Promise.resolve()
  }
  return { asked, turn, read: (telling: Telling = 'changes') => reader.read(document, 0, telling) }
}

it('one who asks while others read does not get what was there before', async () => {
  const { asked, turn, read } = world()
  const early = read()
  await turn()
  expect(asked).toHaveLength(1)
  // An entry is stored now, and these hear of it; the question before is answered as it was asked.
  const late = Array.from({ length: 30 }, () => read())
  asked[0]?.(0)
  expect((await early).revision).toBe(0)
  await turn()
  asked[1]?.(1)
  for (const one of await Promise.all(late)) expect(one.revision).toBe(1)
  expect(asked).toHaveLength(2)
})

it('who asks for what is being read shares it', async () => {
  const { asked, turn, read } = world()
  const before = [read(), read()]
  await turn()
  const during = read()
  asked[0]?.(3)
  for (const one of await Promise.all([...before, during, read()])) expect(one.revision).toBe(3)
  expect(asked).toHaveLength(1)
})

it('a text whose diffs take too long is told to those who want changes', async () => {
  const { asked, turn, read } = world('text')
  const diff = read('diff')
  diff.catch(() => {})
  await turn()
  asked[0]?.(1)
  await expect(diff).rejects.toBeInstanceOf(TaskTooSlow)
  // It is not tried again for the next one who wants it so.
  await expect(read('diff')).rejects.toBeInstanceOf(TaskTooSlow)
  const changes = read()
  changes.catch(() => {})
  await turn()
  asked[1]?.(1)
  expect((await changes).steps).toHaveLength(1)
})
