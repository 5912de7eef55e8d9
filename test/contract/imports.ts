/**
 * What every ImportStore promises:
 *
 * I1  The last that was saved of an import is what is read of it, until it is removed.
 * I2  What was under way is interrupted, and ended then; what had ended stays as it was.
 * I3  What ended before a time is forgotten; what is under way never is.
 */
import type { ImportRecord } from '@weft/server/storage/storage'
import { describe, expect, test } from 'vitest'
import type { Adapter } from './adapter.ts'

function importRecord(id: string, named: Partial<ImportRecord> = {}): ImportRecord {
  const report: ImportRecord['report'] = {
    ...{ name: 'ü.zip', reason: null, filesTotal: 3, filesDone: 1, documents: 1, attachments: 0 },
    ...{ created: [], failed: 1, repaired: 0, repairs: [] },
    failures: [{ path: 'a.md', reason: 'not-utf-8' }],
  }
  return { id, actor: 'guest:ann', state: 'running', startedAt: 10, endedAt: null, report, ...named }
}

export function importSuite(adapter: Adapter): void {
  describe(`imports: ${adapter.name}`, () => {
    test('[I1] are read as they were last saved, until they are removed', async () => {
      const { storage, discard } = await adapter.open()
      const first = importRecord('a')
      await storage.imports.save(first)
      expect(await storage.imports.get('a')).toEqual(first)
      const last = importRecord('a', {
        state: 'done',
        startedAt: 12,
        endedAt: 20,
        report: { ...first.report, filesDone: 3 },
      })
      await storage.imports.save(last)
      expect(await storage.imports.get('a')).toEqual(last)
      await storage.imports.remove('a')
      await storage.imports.remove('a')
      expect(await storage.imports.get('a')).toBeNull()
      await discard()
    })

    test('[I2] that were under way are interrupted', async () => {
      const { storage, discard } = await adapter.open()
      const ended = importRecord('c', { state: 'cancelled', endedAt: 15 })
      await storage.imports.save(importRecord('a'))
      await storage.imports.save(importRecord('b', { state: 'waiting' }))
      await storage.imports.save(ended)
      await storage.imports.interrupt(30)
      for (const id of ['a', 'b'])
        expect(await storage.imports.get(id)).toEqual(importRecord(id, { state: 'interrupted', endedAt: 30 }))
      expect(await storage.imports.get('c')).toEqual(ended)
      await discard()
    })

    test('[I3] that ended long ago are forgotten', async () => {
      const { storage, discard } = await adapter.open()
      await storage.imports.save(importRecord('old', { state: 'done', endedAt: 19 }))
      await storage.imports.save(importRecord('new', { state: 'done', endedAt: 20 }))
      await storage.imports.save(importRecord('running'))
      await storage.imports.forget(20)
      const left = await Promise.all(['old', 'new', 'running'].map((id) => storage.imports.get(id)))
      expect(left.map((record) => record?.id)).toEqual([undefined, 'new', 'running'])
      await discard()
    })
  })
}
