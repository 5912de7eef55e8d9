import { parseDocumentId } from '@weft/protocol'
import type { DocumentDraft } from '../../../apps/server/src/storage/storage.ts'
import { roomName } from '../generator/jobs.ts'

/** The empty document of that room, as storage takes it. */
export function newDocument(room: number): DocumentDraft {
  const id = parseDocumentId(roomName(room))
  if (id === null) throw new Error('no id')
  return {
    id,
    title: `Room ${room}`,
    kind: 'yjs',
    language: null,
    lineage: `lineage${room}`,
    createdBy: 'guest:anonymous',
    createdAt: Date.now(),
    first: null,
  }
}
