/**
 * Storage in memory, for tests and demos. It keeps every promise of the ports but durability; on request it is as
 * unevenly slow as a real database, so that races show, and it fails when it is told to.
 */
import type { DocumentId } from '@weft/protocol'
import { type Held, memoryDocuments } from './memory-documents.ts'
import { memoryEvents } from './memory-events.ts'
import { faultyDisk, type MemoryFaults } from './memory-faults.ts'
import { memoryHistory } from './memory-history.ts'
import { memoryLog } from './memory-log.ts'
import { openPassage, type PassageOptions } from './memory-passage.ts'
import { memoryWebhooks } from './memory-webhooks.ts'
import type { Storage } from './storage.ts'

export interface MemoryStorage extends Storage {
  readonly faults: MemoryFaults
}

export function openMemory(options: PassageOptions = {}): MemoryStorage {
  const documents = new Map<DocumentId, Held>()
  const disk = faultyDisk()
  const passage = openPassage(disk, options)
  const events = memoryEvents((id) => documents.get(id)?.record ?? null, passage)

  return {
    documents: memoryDocuments(documents, passage, events),
    updates: memoryLog(documents, passage, disk.isDamaged, events),
    history: memoryHistory(documents, passage, disk.isDamaged),
    events,
    webhooks: memoryWebhooks(events, passage),
    probe: () => passage.write(() => {}),
    failed: new Promise(() => {}),
    close: () => passage.close(),
    faults: disk.faults,
  }
}
