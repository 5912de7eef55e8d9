/** Reading on in a document's log when many ask at about the same time. */
import { createChangeReader } from '@weft/server/following/change-reader'
import type { DocumentHistory, Entries } from '@weft/server/storage/storage'
import { expect, it } from 'vitest'
import { documentId, entry } from '../contract/adapter.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

const document = documentId('diary')

function world() {
  const timers = new VirtualTimers()
  const asked: ((stored: number) => void)[] = []
  const history: Pick<DocumentHistory, 'entries'> = {
    entries: (_, after) =>
      new Promise<Entries>((resolve) => {
        asked.push((stored) => {
          const entries = Array.from({ length: stored - after }, () => entry('x'))
          resolve({ entries, head: stored, lineage: 'one', kind: 'yjs' })
        })
      }),
  }
  const nobody = { followText: () => Promise.reject(new Error('a document without text')) }
  const reader = createChangeReader(history as DocumentHistory, nobody, timers)
  const turn = async () => {
    timers.advance(100)
    for (let turns = 0; turns < 20; turns++) await Promise.resolve()
  }
  return { asked, turn, read: () => reader.read(document, 0, 'changes') }
}

it('one who asks while others read does not get what was there before', async () => {
  const { asked, turn, read } = world()
  const early = read()
  await turn()
  expect(asked).toHaveLength(1)
  // An entry is stored now, and these hear of it; the question before is answered as it was asked.
  const late = Array.from({ length: 30 }, read)
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
