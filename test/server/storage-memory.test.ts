/** The memory storage's bad weather, which other tests rely on. */
import { openMemory } from '@weft/server/storage/memory'
import { DocumentDamaged, StorageFailure } from '@weft/sync'
import { expect, test } from 'vitest'
import { draft, entry, range, texts } from '../contract/adapter.ts'
import { random } from '../support/random.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

async function withDocument() {
  const storage = openMemory()
  const { id } = await storage.documents.create(draft())
  const append = (text: string) => storage.updates.append(id, [entry(text)])
  const stored = async () => texts((await storage.updates.read(id, 0)).updates)
  return { storage, id, append, stored, faults: storage.faults }
}

test('a write fails when it is told to, once, stored or not', async () => {
  const { append, stored, faults } = await withDocument()
  faults.failNext()
  faults.failNext({ stored: true })
  await expect(append('lost')).rejects.toMatchObject({ name: 'StorageFailure', full: false })
  await expect(append('stored')).rejects.toMatchObject({ name: 'StorageFailure', full: false })
  expect(await append('good')).toBe(2)
  expect(await stored()).toEqual(['stored', 'good'])
})

test('when it is full, it refuses every write and serves reads', async () => {
  const { storage, id, append, stored, faults } = await withDocument()
  await append('a')
  faults.setFull(true)
  await expect(append('b')).rejects.toMatchObject({ full: true })
  await expect(storage.probe()).rejects.toBeInstanceOf(StorageFailure)
  await expect(storage.documents.trash(id, 1)).rejects.toBeInstanceOf(StorageFailure)
  expect(await stored()).toEqual(['a'])
  faults.setFull(false)
  expect(await append('c')).toBe(2)
})

test('held writes wait, unstored, until they are let go; reads do not wait', async () => {
  const { append, stored, faults } = await withDocument()
  const release = faults.hold()
  const [a, b] = [append('a'), append('b')]
  expect(await stored()).toEqual([])
  release()
  expect(await Promise.all([a, b])).toEqual([1, 2])
  expect(await stored()).toEqual(['a', 'b'])
})

test('a damaged document is refused to readers, and no other', async () => {
  const { storage, stored, id, faults } = await withDocument()
  const other = await storage.documents.create(draft({ first: entry('other') }))
  faults.damage(id)
  await expect(stored()).rejects.toBeInstanceOf(DocumentDamaged)
  expect(texts((await storage.updates.read(other.id, 0)).updates)).toEqual(['other'])
})

test('uneven delays let appends to different documents finish out of order, the same way for a seed', async () => {
  async function finishing(seed: number): Promise<readonly number[]> {
    const timers = new VirtualTimers()
    const storage = openMemory({ unevenness: random(seed), timers })
    const order: number[] = []
    const appends = range(20).map(async (number) => {
      const { id } = await storage.documents.create(draft())
      await storage.updates.append(id, [entry('x')])
      order.push(number)
    })
    let done = false
    const all = Promise.all(appends).then(() => {
      done = true
    })
    while (!done) {
      timers.step(1_000)
      await new Promise(setImmediate)
    }
    await all
    return order
  }
  const order = await finishing(3)
  expect(order).not.toEqual(range(20))
  expect(order.toSorted((a, b) => a - b)).toEqual(range(20))
  expect(await finishing(3)).toEqual(order)
  expect(await finishing(4)).not.toEqual(order)
})
