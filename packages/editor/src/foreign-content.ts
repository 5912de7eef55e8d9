/**
 * Other programs may bring what a text document must not hold: carriage returns and embedded objects. They are
 * deleted as edits of ours, outside undo. Only deleted: every editor that has the document open does the same, and
 * deleting twice is deleting once.
 *
 * Must observe the text before the binding does: an embed would break it, so the binding is shown one object
 * replacement character in its place (the change list of an event is shared by all who observe it).
 */
import type * as Y from 'yjs'

export interface ForeignContent {
  /** A reader must not edit: what it cannot delete stays. Off at first. */
  setRepairing(on: boolean): void
  stop(): void
}

const repairOrigin = Symbol('repair')

export function watchForeignContent(ytext: Y.Text): ForeignContent {
  let repairing = false

  const onEvent = (event: Y.YTextEvent) => {
    let foreign = false
    for (const op of event.delta) {
      if (op.insert === undefined) continue
      if (typeof op.insert !== 'string') op.insert = '\ufffc'
      else if (!op.insert.includes('\r')) continue
      foreign = true
    }
    if (foreign && repairing) repair(ytext)
  }

  ytext.observe(onEvent)
  return {
    setRepairing(on) {
      if (on && !repairing) repair(ytext)
      repairing = on
    },
    stop: () => ytext.unobserve(onEvent),
  }
}

/** Deletes every carriage return and every embed. */
function repair(ytext: Y.Text): void {
  const found: { at: number; length: number }[] = []
  let at = 0
  for (const op of ytext.toDelta() as { insert: unknown }[]) {
    if (typeof op.insert === 'string') {
      for (const match of op.insert.matchAll(/\r+/g))
        found.push({ at: at + match.index, length: match[0].length })
      at += op.insert.length
    } else {
      found.push({ at, length: 1 })
      at += 1
    }
  }
  if (found.length === 0) return
  const { doc } = ytext
  if (doc === null) return
  // From the end, so that earlier places stay where they are.
  doc.transact(() => {
    for (const { at, length } of found.reverse()) ytext.delete(at, length)
  }, repairOrigin)
}
