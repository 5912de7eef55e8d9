/**
 * The way of a WebSocket into its room: address → who asks → document and role → upgrade → join. Until the room
 * has taken it in, nothing is read from it, so its messages wait in its own network stack.
 *
 * What is refused for good (no document, no role) is accepted first and closed with a final code later: browsers
 * do not show the status of a refused upgrade, and y-websocket ≤ 3.0 comes back at once after an early close.
 * What is refused for now is refused over HTTP, which every client backs off from.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type Actor,
  type CloseReason,
  type DocumentId,
  limits,
  mayWrite,
  type ProblemCode,
  problems,
} from '@weft/protocol'
import {
  DocumentDamaged,
  DocumentGone,
  LineageMismatch,
  type Rooms,
  RoomsFull,
  StorageFailure,
  type Timers,
} from '@weft/sync'
import type { WebSocket } from 'ws'
import { type Access, anonymous } from '../access.ts'
import { addressKey, countedAddress } from '../addresses.ts'
import type { Bounds } from '../bounds.ts'
import { TooLate, within } from '../clock.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Openings } from '../openings.ts'
import { places, takeAll } from '../places.ts'
import type { Asking, Rate } from '../rates.ts'
import type { DocumentStore } from '../storage/storage.ts'
import { sendAllAway } from './drain.ts'
import { type Handshake, handshakes } from './handshake.ts'
import { heartbeat } from './heartbeat.ts'
import { documentOfRoom, openRoom } from './open-rooms.ts'
import { refuse } from './refusal.ts'
import { watchRights } from './rights.ts'
import { SocketPeer } from './socket-peer.ts'
import { parseSyncRequest, type SyncRequest } from './sync-request.ts'

export interface SyncDeps {
  readonly rooms: Rooms
  readonly documents: DocumentStore
  readonly access: Pick<Access, 'admit' | 'roleOf'>
  readonly openings: Pick<Openings, 'note'>
  readonly timers: Timers
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'upgrades' | 'closes'>
  /** A room is made for whoever connects to its name. */
  readonly openRooms?: boolean
  /** Whom a connection counts for. */
  readonly addressOf: (request: IncomingMessage) => string
  readonly bounds: Bounds
  /** Counts the rooms that are made for those who connect. */
  readonly creates: Rate
}

export interface SyncEndpoint {
  readonly connections: number
  /** Refuses newcomers and closes everyone with 1012, spread over that time. Resolves when all are gone. */
  drain(spreadMs: number): Promise<void>
}

const retryAfterSeconds = 5

/** Serves `GET /sync/<document>` on this server. */
export function attachSync(server: Server, deps: SyncDeps): SyncEndpoint {
  // A document that does not fit into a message could never be brought by one who was offline.
  const accept = handshakes(Math.max(limits.writerFrameBytes, deps.bounds.stateBytes))
  const peers = new Map<SocketPeer, DocumentId>()
  const { bounds } = deps
  const ofAddresses = places(bounds.connections, bounds.connectionsPerAddress)
  const ofActors = places(bounds.connections, bounds.connectionsPerActor)
  const ofDocuments = places(bounds.connections, bounds.connectionsPerDocument)
  const refusals = places(limits.refusals, limits.refusalsPerAddress)
  const heart = heartbeat(deps.timers)
  const stopRights = watchRights(peers, {
    ...deps,
    onFailure: (error) => deps.log.warn({ err: error }, 'rights not looked at'),
  })
  let isDraining = false

  const refuseUpgrade = (socket: Duplex, code: ProblemCode, seconds = retryAfterSeconds) => {
    deps.metrics.upgrades.inc({ outcome: code })
    refuse(socket, code, isForNow(code) ? seconds : undefined)
  }

  const receive = async (handshake: Handshake) => {
    const { request, socket } = handshake
    const wanted = parseSyncRequest(request.url, deps.openRooms === true ? documentOfRoom : undefined)
    if (wanted === null) return refuseUpgrade(socket, 'not-found')
    const { host, origin, cookie } = request.headers
    const admitted = deps.access.admit({ host, origin, cookie })
    if ('refused' in admitted) return refuseUpgrade(socket, admitted.refused)
    if (isDraining) return refuseUpgrade(socket, 'restarting')

    const { actor } = admitted
    const address = deps.addressOf(request)
    const leave = takeAll([
      [ofAddresses, countedAddress(address)],
      [ofActors, actor.id === anonymous.id ? null : actor.id],
      [ofDocuments, wanted.document],
    ])
    if (leave === null) return refuseUpgrade(socket, 'too-many-connections')
    socket.once('close', leave)

    const found = await within(deps.timers, limits.upgradeMs, documentFor(wanted, { actor, address }))
    if (typeof found === 'number') return refuseUpgrade(socket, 'too-many-requests', found)
    const document = found
    if (socket.destroyed) return
    if (isDraining) return refuseUpgrade(socket, 'restarting')

    const isThere = document !== null && document.trashedAt === null
    const role = isThere ? deps.access.roleOf(actor, document) : null
    if (role !== null && !deps.rooms.mayOpen(wanted.document)) return refuseUpgrade(socket, 'overloaded')
    if (role !== null) {
      const access = mayWrite(role) ? 'write' : 'read'
      accept(handshake, access, (webSocket) => {
        void join(begin(webSocket, handshake, wanted, actor, access), wanted)
      })
      return
    }
    const rest = refusals.take(addressKey(address))
    if (rest === null) return refuseUpgrade(socket, 'too-many-connections')
    socket.once('close', rest)
    accept(handshake, 'read', (webSocket) =>
      begin(webSocket, handshake, wanted, actor, 'read').close('not-found'),
    )
  }

  /** A number: seconds to wait before this person makes another room. */
  const documentFor = async (wanted: SyncRequest, who: Asking) => {
    const there = await deps.documents.get(wanted.document)
    if (there !== null || deps.openRooms !== true) return there
    const wait = await deps.creates(who)
    if (wait > 0) return wait
    const at = deps.timers.now()
    return openRoom(deps.documents, { id: wanted.document, name: wanted.name, actor: who.actor.id, at })
  }

  const begin = (
    webSocket: WebSocket,
    { socket }: Handshake,
    { document, receipts }: SyncRequest,
    actor: Actor,
    access: 'read' | 'write',
  ) => {
    const onFault = (error: unknown) => deps.log.error({ err: error, document }, 'message failed')
    const peer = new SocketPeer(webSocket, socket, {
      ...{ access, actor, receipts, timers: deps.timers, onFault },
      onUnfinished: heart.soon,
    })
    peers.set(peer, document)
    heart.add(peer)
    deps.metrics.upgrades.inc({ outcome: 'accepted' })
    deps.log.debug({ document, actor: actor.id, access }, 'peer came')
    void peer.gone.then((ending) => {
      peers.delete(peer)
      heart.delete(peer)
      deps.metrics.closes.inc({ reason: ending })
      deps.log.debug({ document, actor: actor.id, ending }, 'peer left')
    })
    return peer
  }

  const join = async (peer: SocketPeer, { document, lineage }: SyncRequest) => {
    try {
      peer.enter(await deps.rooms.join(document, peer, lineage))
      deps.openings.note(peer.actor, document)
    } catch (error) {
      const reason = reasonToClose(error)
      if (reason === 'internal-error') deps.log.error({ err: error, document }, 'join failed')
      peer.close(reason)
    }
  }

  server.on('upgrade', (request, stream, head) => {
    // Until ws takes over nobody else listens, and an error without a listener ends the process.
    stream.on('error', () => stream.destroy())
    receive({ request, socket: request.socket, head }).catch((error: unknown) => {
      const hangs = error instanceof TooLate || error instanceof StorageFailure
      if (!hangs) deps.log.error({ err: error }, 'upgrade failed')
      refuseUpgrade(stream, hangs ? 'storage-unavailable' : 'internal-error')
    })
  })

  return {
    get connections() {
      return peers.size
    },
    async drain(spreadMs) {
      isDraining = true
      stopRights()
      await sendAllAway([...peers.keys()], spreadMs, deps.timers)
      heart.stop()
    },
  }
}

function isForNow(code: ProblemCode): boolean {
  const { status } = problems[code]
  return status === 503 || status === 429
}

function reasonToClose(error: unknown): CloseReason {
  if (error instanceof DocumentGone) return 'not-found'
  if (error instanceof LineageMismatch) return 'out-of-sync'
  if (error instanceof DocumentDamaged) return 'document-damaged'
  if (error instanceof RoomsFull || error instanceof StorageFailure) return 'overloaded'
  return 'internal-error'
}
