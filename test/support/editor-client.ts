/** The editor without its view and its device: its connection, its presence and what it says about saving. */
import * as Y from 'yjs'
import { openConnection } from '../../packages/editor/src/connection.ts'
import { openPresence } from '../../packages/editor/src/presence.ts'
import type { SaveState } from '../../packages/editor/src/save-state.ts'
import { startSaving } from '../../packages/editor/src/saving.ts'
import { browserTimers } from '../../packages/editor/src/timers.ts'
import type { Random } from './random.ts'

export interface EditorClient {
  readonly doc: Y.Doc
  readonly text: Y.Text
  readonly saveState: SaveState
  /** The first so many edits were said to be saved. */
  readonly confirmed: number
  readonly isConnected: boolean
  leave(): void
}

export interface EditorClientOptions {
  readonly document: string
  readonly lineage: string
  readonly dice: Random
  /** Waits before it comes back are cut to this. */
  readonly longestWaitMs: number
}

export function editorClient(port: number, options: EditorClientOptions): EditorClient {
  const doc = new Y.Doc()
  const timers = {
    ...browserTimers,
    random: options.dice.next,
    after: (ms: number, task: () => void) => browserTimers.after(Math.min(ms, options.longestWaitMs), task),
  }
  const saving = startSaving(browserTimers)
  saving.tell({ type: 'device-read', edits: 0, copy: false })
  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== connection.origin) saving.tell({ type: 'edited' })
  })
  const presence = openPresence({
    ydoc: doc,
    timers: browserTimers,
    user: { name: 'Ann', dye: 2 },
    cursor: () => null,
    writing: () => false,
    send: (frame) => connection.send(frame),
    onChange: () => {},
  })
  const connection = openConnection({
    ydoc: doc,
    presence,
    document: options.document,
    lineage: options.lineage,
    syncUrl: `ws://127.0.0.1:${port}/sync`,
    timers,
    onEvent: (event) => saving.tell(event),
  })
  connection.connect()
  return {
    doc,
    text: doc.getText('content'),
    get saveState() {
      return saving.state.get()
    },
    get confirmed() {
      return saving.confirmed
    },
    get isConnected() {
      return connection.state.get().state === 'connected'
    },
    leave() {
      connection.close()
      presence.close()
      saving.close()
      doc.destroy()
    },
  }
}
