/**
 * One open document's copy on this device: loads it, then stores what changes, own edits at once, those of others
 * in batches. While a write is under way the next batch gathers. After a failed write the next one holds the whole
 * document, so nothing that waits is kept in memory twice and nothing is left out.
 */
import * as Y from 'yjs'
import type { DeviceStore, Unsent } from './device-store.ts'
import type { Timers } from './timers.ts'

export interface DeviceCopy {
  /** Applies what the device has, before anything is sent or received. */
  load(): Promise<{ readonly edits: number; readonly copy: boolean }>
  /** The first `edits` edits are receipted, counted as in the save state. */
  confirm(edits: number): void
  /** Resolves when everything handed over so far is stored, or cannot be. */
  close(): Promise<void>
}

export interface DeviceCopyOptions {
  readonly ydoc: Y.Doc
  readonly document: string
  readonly lineage: string
  readonly timers: Timers
  readonly open: () => Promise<DeviceStore>
  /** Whether an update with this origin is an edit of this tab. */
  readonly isEdit: (origin: unknown) => boolean
  /** The first `edits` edits are stored. */
  readonly onKept: (edits: number) => void
  readonly onNotKept: () => void
}

/** Updates of others that arrive within this time share a row. */
const gatherMs = 500
/** More rows than this are folded into one. */
const maxRows = 200
const retryMs = 5_000
/** A browser that does not answer in this time must not keep the page from connecting. */
const loadMs = 3_000

export const deviceOrigin = Symbol('device')

export function openDeviceCopy(options: DeviceCopyOptions): DeviceCopy {
  const { ydoc, document, lineage, timers } = options
  let store: DeviceStore | null = null
  let queue: { updates: Uint8Array[]; edits: number } = { updates: [], edits: 0 }
  let whole = false
  let rows: number[] = []
  /** Rows of unsent edits, oldest first; `upTo` counts edits from the start. */
  let unsent: (Unsent & { readonly upTo: number })[] = []
  let kept = 0
  let confirmed = 0
  let writing: Promise<void> | null = null
  let cancelTimer: (() => void) | null = null
  let isClosed = false

  const onUpdate = (update: Uint8Array, origin: unknown) => {
    if (origin === deviceOrigin) return
    const edit = options.isEdit(origin)
    queue.updates.push(update)
    if (edit) queue.edits += 1
    schedule(edit ? 0 : gatherMs)
  }

  function schedule(ms: number) {
    if (writing !== null) return
    if (ms > 0 && cancelTimer !== null) return
    cancelTimer?.()
    cancelTimer = null
    if (ms === 0) start()
    else cancelTimer = timers.after(ms, start)
  }

  function start() {
    cancelTimer = null
    if (writing !== null) return
    writing = flush().then((next) => {
      writing = null
      if (next !== null) schedule(next)
    })
  }

  /** Writes what is queued. Resolves with when to write again, if there is more. */
  async function flush(): Promise<number | null> {
    const batch = queue
    queue = { updates: [], edits: 0 }
    const fold = whole || rows.length > maxRows
    try {
      store ??= await options.open()
      if (fold || batch.updates.length > 0) await writeBatch(store, batch, fold)
    } catch {
      // The next attempt holds the whole document instead, over a new connection: a closed one stays closed.
      whole = true
      queue.edits += batch.edits
      queue.updates.length = 0
      store?.close()
      store = null
      options.onNotKept()
      return retryMs
    }
    await forgetConfirmed(store).catch(() => {})
    if (queue.edits > 0) return 0
    return queue.updates.length > 0 || hasConfirmed() ? gatherMs : null
  }

  async function writeBatch(to: DeviceStore, batch: typeof queue, fold: boolean) {
    const replaces = fold ? rows : []
    const updates = fold ? [Y.encodeStateAsUpdate(ydoc)] : batch.updates
    const upTo = kept + batch.edits
    const written = await to.write(document, lineage, {
      updates,
      // The server may be quicker than the device.
      edits: upTo <= confirmed ? 0 : batch.edits,
      at: timers.now(),
      replaces,
    })
    whole = false
    rows = fold ? [written.row] : [...rows, written.row]
    kept = upTo
    if (written.unsent !== null) unsent.push({ ...written.unsent, upTo: kept })
    options.onKept(kept)
  }

  async function forgetConfirmed(from: DeviceStore) {
    const done = unsent.filter((row) => row.upTo <= confirmed)
    if (done.length === 0) return
    await from.forgetUnsent(done.map((row) => row.key))
    // By name, not by number: more may have been confirmed meanwhile.
    unsent = unsent.filter((row) => !done.includes(row))
  }

  function hasConfirmed(): boolean {
    return unsent.some((row) => row.upTo <= confirmed)
  }

  return {
    async load() {
      let isAwaited = true
      const found = await within(timers, loadMs, async () => {
        const opened = await options.open()
        const read = await opened.read(document, lineage)
        if (isAwaited && !isClosed) return { opened, read }
        opened.close()
        return null
      })
      isAwaited = false
      if (isClosed) return { edits: 0, copy: false }
      ydoc.on('update', onUpdate)
      if (found === null) {
        whole = true
        options.onNotKept()
        return { edits: 0, copy: false }
      }
      store = found.opened
      rows = [...found.read.rows]
      for (const row of found.read.unsent) {
        kept += row.edits
        unsent.push({ ...row, upTo: kept })
      }
      ydoc.transact(() => {
        for (const update of found.read.updates) Y.applyUpdate(ydoc, update, deviceOrigin)
      }, deviceOrigin)
      return { edits: kept, copy: found.read.updates.length > 0 }
    },
    confirm(edits) {
      if (edits <= confirmed) return
      confirmed = edits
      if (hasConfirmed()) schedule(gatherMs)
    },
    async close() {
      isClosed = true
      ydoc.off('update', onUpdate)
      // One write may start the next.
      while (writing !== null) await writing
      cancelTimer?.()
      if (queue.updates.length > 0 || whole || hasConfirmed()) await flush()
      store?.close()
    },
  }
}

/** `null` when it fails or takes longer. */
async function within<T>(timers: Timers, ms: number, work: () => Promise<T>): Promise<T | null> {
  let cancel = () => {}
  const late = new Promise<null>((resolve) => {
    cancel = timers.after(ms, () => resolve(null))
  })
  const done = await Promise.race([work().catch(() => null), late])
  cancel()
  return done
}
