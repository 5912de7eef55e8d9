/**
 * Text in and out of Yjs updates (v1). A text document is one Y.Text named `content`.
 *
 * Every function works on a Y.Doc of its own, which costs time and memory in proportion to the document: a server
 * calls them in a worker.
 */
import { contentRoot, textFault } from '@weft/protocol'
import * as Y from 'yjs'

/** The updates build on others that are not among them. */
export class IncompleteUpdates extends Error {
  override name = 'IncompleteUpdates'
}

/**
 * The update that makes an empty document hold `text`. Each call writes as another, random client: two texts under
 * one client id would claim the same places in history, and replicas that saw different ones would never agree.
 */
export function contentUpdate(text: string): Uint8Array {
  const fault = textFault(text)
  if (fault !== null) throw new RangeError(fault)
  return withDoc((doc) => {
    doc.getText(contentRoot).insert(0, text)
    return Y.encodeStateAsUpdate(doc)
  })
}

/** The text that all `updates` together make. Throws {@link IncompleteUpdates}, or as Yjs does on bad bytes. */
export function contentOf(updates: readonly Uint8Array[]): string {
  return withContent(updates, (doc) => doc.getText(contentRoot).toString())
}

/** One update for many, without what was deleted. Throws {@link IncompleteUpdates}, or as Yjs does on bad bytes. */
export function foldUpdates(updates: readonly Uint8Array[]): Uint8Array {
  return withContent(updates, (doc) => Y.encodeStateAsUpdate(doc))
}

function withContent<Result>(updates: readonly Uint8Array[], work: (doc: Y.Doc) => Result): Result {
  return withDoc((doc) => {
    applyAll(doc, updates)
    return work(doc)
  })
}

function withDoc<Result>(work: (doc: Y.Doc) => Result): Result {
  const doc = new Y.Doc()
  try {
    return work(doc)
  } finally {
    doc.destroy()
  }
}

/** Throws {@link IncompleteUpdates}, or as Yjs does on bad bytes. */
export function applyAll(doc: Y.Doc, updates: readonly Uint8Array[]): void {
  // One transaction: garbage is collected once, at its end.
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update)
  })
  // Yjs keeps what it cannot place and says nothing: whoever trusts the result would lose it.
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
    throw new IncompleteUpdates('the updates build on changes that are not among them')
  }
}
