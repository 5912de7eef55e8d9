/**
 * A text that is kept up to date by updates and says what each of them changed, for programs that follow a document
 * without Yjs. Rule: who applies all that was said to the text before has the text after, to the letter; what Yjs says
 * about a change is held against the text that came of it, because formats, embeds and split characters are not in it.
 */
import { contentRoot } from '@weft/protocol'
import * as Y from 'yjs'
import { changesBetween } from './changes-between.ts'
import { IncompleteUpdates } from './content.ts'
import { applyChanges, type TextChange } from './text-change.ts'
import { wholeCharacters } from './whole-characters.ts'

/** A change together with what stood there. */
export interface ToldChange extends TextChange {
  readonly removed: string
}

export interface FollowedText {
  readonly text: string
  /** What these updates change together. Throws {@link IncompleteUpdates}, or as Yjs does; it is of no use then. */
  apply(updates: readonly Uint8Array[]): readonly ToldChange[]
  close(): void
}

/** From what `updates` make. Throws {@link IncompleteUpdates}, or as Yjs does on bad bytes. */
export function followText(updates: readonly Uint8Array[]): FollowedText {
  const doc = new Y.Doc()
  const content = doc.getText(contentRoot)
  let said: readonly TextChange[] = []
  let text = ''
  content.observe((event) => {
    said = changesOf(event.delta)
  })

  function take(fresh: readonly Uint8Array[]): void {
    doc.transact(() => {
      for (const update of fresh) Y.applyUpdate(doc, update)
    })
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null)
      throw new IncompleteUpdates('the updates build on changes that are not among them')
  }

  take(updates)
  text = content.toString()

  return {
    get text() {
      return text
    },
    apply(fresh) {
      const before = text
      said = []
      take(fresh)
      text = content.toString()
      const changes =
        applyChanges(before, said) === text
          ? wholeCharacters(before, text, said)
          : changesBetween(before, text)
      return changes.map((change) => ({ ...change, removed: before.slice(change.from, change.to) }))
    },
    close: () => doc.destroy(),
  }
}

function changesOf(delta: Y.YTextEvent['delta']): readonly TextChange[] {
  const changes: TextChange[] = []
  let at = 0
  let open: TextChange | null = null
  for (const { retain, delete: deleted = 0, insert } of delta) {
    if (retain !== undefined) {
      if (open !== null) changes.push(open)
      open = null
      at += retain
      continue
    }
    open ??= { from: at, to: at, insert: '' }
    at += deleted
    open = { ...open, to: at, insert: open.insert + (typeof insert === 'string' ? insert : '') }
  }
  return open === null ? changes : [...changes, open]
}
