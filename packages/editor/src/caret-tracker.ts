/** Brings presence into the editor's state: at most once per animation frame, and only what changed. */

import type { EditorView } from '@codemirror/view'
import { contentRoot } from '@weft/protocol'
import * as Y from 'yjs'
import type { Peer, Presence } from './presence.ts'
import type { PresenceCursor, RelativePosition } from './presence-frame.ts'
import { type RemoteCaret, remoteCarets, setRemoteCarets } from './remote-carets.ts'

export interface CaretTracker {
  /** These clients said something new, or came or went. */
  changed(clients: readonly number[]): void
  /** Text arrived: carets that pointed into what was not here yet may have a place now. */
  textArrived(): void
  close(): void
}

export function trackCarets(
  view: EditorView,
  ytext: Y.Text,
  presence: Pick<Presence, 'peers'>,
): CaretTracker {
  const stale = new Set<number>()
  const unplaced = new Set<number>()
  const { defaultView } = view.dom.ownerDocument
  let frame: number | null = null

  const schedule = () => {
    frame ??= defaultView?.requestAnimationFrame(draw) ?? null
  }

  function draw() {
    frame = null
    const known = new Map(view.state.field(remoteCarets).map((caret) => [caret.client, caret]))
    const carets: RemoteCaret[] = []
    for (const peer of presence.peers.values()) {
      const caret = stale.has(peer.client) ? place(peer) : known.get(peer.client)
      if (caret !== undefined) carets.push(caret)
    }
    stale.clear()
    view.dispatch({ effects: setRemoteCarets.of(carets) })
  }

  function place({ client, state, activeAt }: Peer): RemoteCaret | undefined {
    if (state.cursor === null) return undefined
    const range = resolveCursor(state.cursor, ytext)
    if (range === null) {
      unplaced.add(client)
      return undefined
    }
    unplaced.delete(client)
    return { client, name: state.name, dye: state.dye, ...range, movedAt: activeAt }
  }

  return {
    changed(clients) {
      for (const client of clients) stale.add(client)
      schedule()
    },
    textArrived() {
      if (unplaced.size === 0) return
      for (const client of unplaced) stale.add(client)
      schedule()
    },
    close() {
      if (frame !== null) defaultView?.cancelAnimationFrame(frame)
    },
  }
}

/** `null` when it points outside this text, or to text that is not here yet. */
export function resolveCursor(
  cursor: PresenceCursor,
  ytext: Y.Text,
): { readonly anchor: number; readonly head: number } | null {
  const anchor = resolvePosition(cursor.anchor, ytext)
  const head = resolvePosition(cursor.head, ytext)
  return anchor === null || head === null ? null : { anchor, head }
}

function resolvePosition(position: RelativePosition, ytext: Y.Text): number | null {
  // Asking Yjs for a root by another name would create it.
  if (ytext.doc === null || (position.tname !== undefined && position.tname !== contentRoot)) return null
  try {
    const relative = Y.createRelativePositionFromJSON(position)
    const absolute = Y.createAbsolutePositionFromRelativePosition(relative, ytext.doc)
    return absolute?.type === ytext ? Math.min(absolute.index, ytext.length) : null
  } catch {
    return null
  }
}
