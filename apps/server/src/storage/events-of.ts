import type { EventType } from './event-store.ts'
import type { DocumentRecord } from './storage.ts'

/** What is told of a change of a document's record. */
export function eventsOf(before: DocumentRecord, after: DocumentRecord): readonly EventType[] {
  const types: EventType[] = []
  if (before.title !== after.title) types.push('renamed')
  if (before.language !== after.language) types.push('language')
  if (before.trashedAt === null && after.trashedAt !== null) types.push('trashed')
  if (before.trashedAt !== null && after.trashedAt === null) types.push('restored')
  return types
}
