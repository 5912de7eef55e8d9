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
  /** Who wrote it, and how far that client id has written now. */
  readonly client: number
  readonly clock: number
}

/**
 * Which client id writes. `clockOf`: how far one has written in what is edited, 0: never. One that has written
 * elsewhere since must not be chosen: what it writes would be taken for what it wrote there.
 */
export type ChooseClient = (clockOf: (client: number) => number) => number

/**
 * Edits what `updates` together make. `decide`: what to change in that text. The same updates, changes and client id
 * make the same edit: whoever has it already takes no notice. Throws IncompleteUpdates, or as Yjs does on bad bytes;
 * what `decide` throws comes through.
 */
export function editContent(
  updates: readonly Uint8Array[],
  decide: (text: string) => readonly TextChange[],
  chooseClient: ChooseClient,
): ContentEdit {
  return withContent(updates, (doc) => {
    const text = doc.getText(contentRoot)
    const changes = decide(text.toString())
    const clockOf = (client: number) => Y.getState(doc.store, client)
    const client = chooseClient(clockOf)
    if (changes.length === 0) return { update: nothing, changes, caret: null, client, clock: clockOf(client) }
    doc.clientID = client
    let caret: unknown = null
    let update = nothing
    // Unlike the difference to the state before, without all that was ever deleted.
    doc.once('update', (bytes: Uint8Array) => {
      update = bytes
    })
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
    return { update, changes, caret, client, clock: clockOf(client) }
  })
}

const nothing: Uint8Array = Uint8Array.of(0, 0)
