/**
 * Who else is here, and telling them about us.
 *
 * y-protocols' Awareness holds only this tab's own state: its clock and its renewal every 15 s are what stock
 * clients expect. States of others are read by {@link readPresenceFrame} into a table of our own, which ends with the
 * connection; taking away those who left is the server's part.
 */
import { encode } from '@weft/protocol'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import {
  type PresenceCursor,
  type PresenceState,
  type RelativePosition,
  readPresenceFrame,
} from './presence-frame.ts'
import type { Timers } from './timers.ts'

export interface PresenceUser {
  readonly name: string
  /** 1 to 12. */
  readonly dye: number
}

export interface Peer {
  readonly client: number
  readonly state: PresenceState
  /** When it last did something: moved its caret, changed its name, wrote. */
  readonly activeAt: number
  /** When text of it last arrived. */
  readonly wroteAt: number | null
}

export interface Presence {
  /** For the provider, which announces it when a connection opens. */
  readonly awareness: Awareness
  /** Everyone but this tab, by client id, in the order in which they came. */
  readonly peers: ReadonlyMap<number, Peer>
  /** What the server calls this tab's own actor, once it has said so. */
  readonly self: PresenceState | null
  /** As this tab names itself. */
  readonly user: PresenceUser
  setUser(user: PresenceUser): void
  /** Something that {@link PresenceOptions.cursor} or `writing` tells changed. */
  touch(): void
  receive(states: Uint8Array): void
  /** Text by this client arrived. Typing alone does not move a relative position, so presence would not tell. */
  wrote(client: number): void
  /** A connection is about to open: gives our state a new clock, else the server takes it for an old one. */
  renew(): void
  /** The connection is gone, and with it all word of others. */
  clear(): void
  close(): void
}

export interface PresenceOptions {
  readonly ydoc: Y.Doc
  readonly user: PresenceUser
  readonly timers: Timers
  readonly cursor: () => PresenceCursor | null
  readonly writing: () => boolean
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void
  readonly onChange: (changed: PresenceChange) => void
}

export interface PresenceChange {
  readonly moved: readonly number[]
  readonly joined: readonly Peer[]
  readonly left: readonly Peer[]
}

/** At most twenty states a second. */
const publishMs = 50

export function openPresence(options: PresenceOptions): Presence {
  const { ydoc, timers } = options
  const awareness = new Awareness(ydoc)
  const peers = new Map<number, Peer>()
  const clocks = new Map<number, number>()
  let user = options.user
  let self: PresenceState | null = null
  let publishedAt = Number.NEGATIVE_INFINITY
  let cancelPublish: (() => void) | null = null

  const publish = () => {
    cancelPublish?.()
    cancelPublish = null
    publishedAt = timers.now()
    awareness.setLocalState({ user, cursor: options.cursor(), writing: options.writing() })
  }
  const sendOwn = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
    if (![...added, ...updated, ...removed].includes(awareness.clientID)) return
    options.send(encode({ type: 'presence', states: encodeAwarenessUpdate(awareness, [awareness.clientID]) }))
  }
  publish()
  awareness.on('update', sendOwn)

  const touch = () => {
    cancelPublish ??= timers.after(Math.max(0, publishedAt + publishMs - timers.now()), publish)
  }

  return {
    awareness,
    peers,
    get self() {
      return self
    },
    get user() {
      return user
    },
    setUser(next) {
      user = next
      touch()
    },
    touch,
    receive(states) {
      const moved: number[] = []
      const joined: Peer[] = []
      const left: Peer[] = []
      for (const { client, clock, state } of readPresenceFrame(states) ?? []) {
        if (client === awareness.clientID) {
          self = state ?? self
          continue
        }
        const known = peers.get(client)
        const knownClock = clocks.get(client) ?? -1
        if (clock < knownClock || (clock === knownClock && (state !== null || known === undefined))) continue
        clocks.set(client, clock)
        if (state === null) {
          peers.delete(client)
          if (known !== undefined) left.push(known)
          continue
        }
        const same = known !== undefined && isSameState(known.state, state)
        const activeAt = same ? known.activeAt : timers.now()
        const peer = { client, state, activeAt, wroteAt: known?.wroteAt ?? null }
        peers.set(client, peer)
        if (known === undefined) joined.push(peer)
        if (!same) moved.push(client)
      }
      if (moved.length + joined.length + left.length > 0) options.onChange({ moved, joined, left })
    },
    wrote(client) {
      const known = peers.get(client)
      if (known === undefined) return
      const now = timers.now()
      peers.set(client, { ...known, activeAt: now, wroteAt: now })
      options.onChange({ moved: [client], joined: [], left: [] })
    },
    renew: publish,
    clear() {
      const nobody = peers.size === 0
      peers.clear()
      clocks.clear()
      if (!nobody) options.onChange({ moved: [], joined: [], left: [] })
    },
    close() {
      cancelPublish?.()
      awareness.off('update', sendOwn)
      awareness.destroy()
    },
  }
}

/** A caret in the JSON that y-codemirror writes and reads. */
export function cursorAt(ytext: Y.Text, anchor: number, head: number): PresenceCursor {
  const position = (index: number): RelativePosition =>
    Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(ytext, index))
  return { anchor: position(anchor), head: position(head) }
}

function isSameState(a: PresenceState, b: PresenceState): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
