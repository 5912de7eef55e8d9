/**
 * Storage in memory, for tests and demos. It keeps every promise of the ports but durability; on request it is as
 * unevenly slow as a real database, so that races show, and it fails when it is told to.
 */
import type { DocumentId, FolderId } from '@weft/protocol'
import { memoryAnswers } from './memory-answers.ts'
import { memoryAttachments } from './memory-attachments.ts'
import { memoryDocuments } from './memory-documents.ts'
import { memoryEvents } from './memory-events.ts'
import { faultyDisk, type MemoryFaults } from './memory-faults.ts'
import { memoryFolders } from './memory-folders.ts'
import type { Held } from './memory-held.ts'
import { memoryHistory } from './memory-history.ts'
import { memoryImports } from './memory-imports.ts'
import { memoryLog } from './memory-log.ts'
import { memoryMarks } from './memory-marks.ts'
import { openPassage, type PassageOptions } from './memory-passage.ts'
import { memoryWebhooks } from './memory-webhooks.ts'
import { type FolderRecord, noQuotas, type Quotas, type Storage } from './storage.ts'

export interface MemoryStorage extends Storage {
  readonly faults: MemoryFaults
}

export interface MemoryOptions extends PassageOptions {
  /** Left out: none. */
  readonly quotas?: Quotas
}

export function openMemory(options: MemoryOptions = {}): MemoryStorage {
  const documents = new Map<DocumentId, Held>()
  const folders = new Map<FolderId, FolderRecord>()
  const disk = faultyDisk()
  const passage = openPassage(disk, options)
  const attachments = memoryAttachments(documents, passage)
  const events = memoryEvents((id) => documents.get(id)?.record ?? null, passage)

  const webhooks = memoryWebhooks(events, passage)
  const marks = memoryMarks(documents, passage)
  const answers = memoryAnswers(passage)
  const onPurge = (id: DocumentId) => {
    webhooks.forget(id)
    answers.forgetDocument(id)
  }

  return {
    documents: memoryDocuments(
      documents,
      {
        ...{ folders, marks, events, attachments: attachments.first, onPurge },
        quotas: options.quotas ?? noQuotas,
      },
      passage,
    ),
    updates: memoryLog(documents, passage, disk.isDamaged, events),
    history: memoryHistory(documents, passage, disk.isDamaged),
    answers,
    folders: memoryFolders(folders, documents, passage),
    marks,
    attachments,
    imports: memoryImports(passage),
    events,
    webhooks,
    probe: () => passage.write(() => {}),
    failed: new Promise(() => {}),
    async close() {
      await passage.close()
      await attachments.close()
    },
    faults: disk.faults,
  }
}
