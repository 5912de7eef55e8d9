/**
 * Edits of a program as Yjs updates. The edit is made in a document of its own that holds what the program had
 * read, as a person would make it who was offline since; merged into the live document, it moves, keeps and
 * deletes exactly what that person's would. What others typed meanwhile is not touched: the edit cannot name it.
 */
import { contentRoot } from '@weft/protocol'
import * as Y from 'yjs'
import { withContent } from './content.ts'
import type { TextChange } from './text-change.ts'

export interface ContentEdit {
  /** All that documents lack which hold what was edited; without effect if nothing changed. */
  readonly update: Uint8Array
  readonly changes: readonly TextChange[]
  /** Where a caret stood after it: a Yjs relative position, as JSON. `null` if nothing changed. */
  readonly caret: unknown
}

/** The same updates and the same changes must have the same client id, or a repeated request would insert twice. */
export type ClientIdOf = (changes: readonly TextChange[], attempt: number) => number

/**
 * Edits what `updates` together make. `decide`: what to change in that text. Throws IncompleteUpdates, or as Yjs
 * does on bad bytes; what `decide` throws comes through.
 */
export function editContent(
  updates: readonly Uint8Array[],
  decide: (text: string) => readonly TextChange[],
  clientIdOf: ClientIdOf,
): ContentEdit {
  return withContent(updates, (doc) => {
    const text = doc.getText(contentRoot)
    const changes = decide(text.toString())
    const last = changes.at(-1)
    if (last === undefined) return { update: nothing, changes, caret: null }
    const before = Y.encodeStateVector(doc)
    for (let attempt = 0; ; attempt++) {
      doc.clientID = clientIdOf(changes, attempt)
      // An id that wrote here before is continued by whoever wrote with it, never by this edit.
      if (Y.getState(doc.store, doc.clientID) === 0) break
    }
    let caret: unknown = null
    doc.transact(() => {
      // From the end on, so that the places before stay where they are.
      for (const { from, to, insert } of changes.toReversed()) {
        if (to > from) text.delete(from, to - from)
        if (insert !== '') text.insert(from, insert)
        caret ??= Y.relativePositionToJSON(
          Y.createRelativePositionFromTypeIndex(text, from + insert.length, -1),
        )
      }
    })
    return { update: Y.encodeStateAsUpdate(doc, before), changes, caret }
  })
}

/** Several edits that are stored together or not at all. */
export function mergeEdits(updates: readonly Uint8Array[]): Uint8Array {
  const [only] = updates
  return only !== undefined && updates.length === 1 ? only : Y.mergeUpdates([...updates])
}

const nothing = Uint8Array.of(0, 0)
