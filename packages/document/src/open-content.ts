/**
 * A text document that is kept open, read and edited at one revision after the other. Its edits are what a person's
 * would be who has it before them, but leave it as it is: whether they are stored is decided elsewhere, and what is
 * comes back as an update like any other.
 */
import { contentRoot } from '@weft/protocol'
import * as Y from 'yjs'
import { applyAll } from './content.ts'
import { writeEdit } from './edit-update.ts'
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
 * Which client id writes. The same revision, changes and client id make the same edit: whoever has it already takes no
 * notice. `clockOf`: how far one has written in what is edited, 0: never. One that has written
 * elsewhere since must not be chosen: what it writes would be taken for what it wrote there.
 */
export type ChooseClient = (clockOf: (client: number) => number) => number

export interface OpenContent {
  readonly text: string
  /** Of the text, in UTF-16 units; known without making it. */
  readonly length: number
  /** Goes on to a later revision. Throws IncompleteUpdates, or as Yjs does, and is of no use then. */
  apply(updates: readonly Uint8Array[]): void
  /** `decide`: what to change in the text. What it throws comes through. */
  edit(decide: (text: string) => readonly TextChange[], chooseClient: ChooseClient): ContentEdit
  close(): void
}

export function openContent(): OpenContent {
  const doc = new Y.Doc()
  const content = doc.getText(contentRoot)
  let text: string | null = null
  const read = () => {
    text ??= content.toString()
    return text
  }
  return {
    get text() {
      return read()
    },
    get length() {
      return content.length
    },
    apply(updates) {
      if (updates.length > 0) text = null
      applyAll(doc, updates)
    },
    edit(decide, chooseClient) {
      const changes = decide(read())
      const clockOf = (client: number) => Y.getState(doc.store, client)
      const client = chooseClient(clockOf)
      const before = clockOf(client)
      if (changes.length === 0) return { update: nothing, changes, caret: null, client, clock: before }
      return { ...writeEdit(content, changes, { client, clock: before }), changes, client }
    },
    close: () => doc.destroy(),
  }
}

const nothing: Uint8Array = Uint8Array.of(0, 0)
