/**
 * What every Storage promises besides its log and its documents:
 *
 * S1  A probe that resolves was written and committed.
 * S2  Closing finishes what was asked before; what is asked later is refused.
 */
import { StorageFailure } from '@weft/sync'
import { describe, expect, test } from 'vitest'
import { type Adapter, draft, entry, range } from './adapter.ts'

export function storageSuite(adapter: Adapter): void {
  describe(`storage: ${adapter.name}`, () => {
    test('[S1] a probe can be made again and again, also at the same time', async () => {
      const { storage, discard } = await adapter.open()
      await storage.probe()
      await Promise.all(range(10).map(() => storage.probe()))
      await discard()
    })

    test('[S2] closing finishes what was asked before, twice too, and refuses what comes later', async () => {
      const { storage, discard } = await adapter.open()
      const { id } = await storage.documents.create(draft())
      const appends = range(50).map((number) => storage.updates.append(id, [entry(`${number}`)]))
      const reads = range(10).map(() => storage.updates.read(id, 0))
      const closed = Promise.all([storage.close(), storage.close()])
      const late = [
        storage.updates.append(id, [entry('late')]),
        storage.updates.read(id, 0),
        storage.documents.get(id),
        storage.probe(),
      ]
      for (const request of late) await expect(request).rejects.toBeInstanceOf(StorageFailure)
      expect((await Promise.all(appends)).toSorted((a, b) => a - b)).toEqual(range(50, 1))
      expect(await Promise.all(reads)).toHaveLength(10)
      await closed
      await expect(storage.probe()).rejects.toBeInstanceOf(StorageFailure)
      await discard()
    })
  })
}
