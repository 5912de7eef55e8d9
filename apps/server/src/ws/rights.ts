/**
 * Rights are looked at again while people are connected: whoever lost them while nobody told this server is sent away
 * within a minute. One timer for all, one question for many documents.
 */
import { type CloseReason, type DocumentId, limits, mayWrite } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { Access } from '../access.ts'
import type { DocumentRecord, DocumentStore } from '../storage/storage.ts'
import type { SocketPeer } from './socket-peer.ts'

export interface RightsDeps {
  readonly documents: Pick<DocumentStore, 'getMany'>
  readonly access: Pick<Access, 'roleOf'>
  readonly timers: Timers
  readonly onFailure: (error: unknown) => void
}

const documentsAtOnce = 256

/** Watches the peers that are in the map, each with its document. Returns how to stop. */
export function watchRights(peers: ReadonlyMap<SocketPeer, DocumentId>, deps: RightsDeps): () => void {
  let cancel = () => {}
  let isStopped = false

  const look = async () => {
    const documents = [...new Set(peers.values())]
    for (let at = 0; at < documents.length && !isStopped; at += documentsAtOnce) {
      const ids = documents.slice(at, at + documentsAtOnce)
      const records = new Map((await deps.documents.getMany(ids)).map((record) => [record.id, record]))
      const asked = new Set(ids)
      for (const [peer, document] of peers) {
        if (!asked.has(document)) continue
        const reason = reasonToEnd(peer, records.get(document), deps.access)
        if (reason !== null) peer.close(reason)
      }
    }
  }
  const wait = () => {
    cancel = deps.timers.after(limits.rightsMs, () => {
      // A storage that does not answer takes nobody's rights; it is asked again.
      void look()
        .catch(deps.onFailure)
        .finally(() => {
          if (!isStopped) wait()
        })
    })
  }
  wait()
  return () => {
    isStopped = true
    cancel()
  }
}

/** Who may do more than before comes back by itself, with the new role; who may do less must see that it is so. */
function reasonToEnd(
  peer: SocketPeer,
  record: DocumentRecord | undefined,
  access: Pick<Access, 'roleOf'>,
): CloseReason | null {
  if (record === undefined || record.trashedAt !== null) return 'not-found'
  const role = access.roleOf(peer.actor, record)
  if (role === null) return 'forbidden'
  const now = mayWrite(role) ? 'write' : 'read'
  if (now === peer.access) return null
  return now === 'write' ? 'restarting' : 'forbidden'
}
