/**
 * For other people's Yjs apps that used the stock y-websocket server: a room is made when a client first connects
 * to its name, and takes any shared types.
 */
import { createHash } from 'node:crypto'
import { type ActorId, type DocumentId, limits, parseDocumentId } from '@weft/protocol'
import { freshId } from '../fresh-id.ts'
import { DocumentExists, type DocumentRecord, type DocumentStore } from '../storage/storage.ts'

/** Any name has a document. One that is no id goes by a hash of it, under which no other name can be. */
export function documentOfRoom(name: string): DocumentId | null {
  if (name === '') return null
  const hash = createHash('sha256').update(name).digest('base64url')
  return parseDocumentId(name) ?? parseDocumentId(`room-${hash}`)
}

/** Makes the document unless it is there by now. `null`: it is there, and out of reach. */
export async function openRoom(
  documents: DocumentStore,
  room: { readonly id: DocumentId; readonly name: string; readonly actor: ActorId; readonly at: number },
): Promise<DocumentRecord | null> {
  try {
    return await documents.create({
      id: room.id,
      title: titleOf(room.name),
      kind: 'yjs',
      language: null,
      lineage: freshId(),
      createdBy: room.actor,
      createdAt: room.at,
      first: null,
    })
  } catch (error) {
    if (error instanceof DocumentExists) return documents.get(room.id)
    throw error
  }
}

function titleOf(name: string): string {
  const line = name.replace(/\p{Cc}/gu, ' ').trim()
  return Array.from(line).slice(0, limits.titleLength).join('') || 'Room'
}
