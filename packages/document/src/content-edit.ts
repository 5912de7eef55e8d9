/**
 * Edits of a program as Yjs updates. The edit is made in a document of its own that holds what the program had
 * read, as a person would make it who was offline since; merged into the live document, it moves, keeps and
 * deletes exactly what that person's would. What others typed meanwhile is not touched: the edit cannot name it.
 */
import { type ChooseClient, type ContentEdit, openContent } from './open-content.ts'
import type { TextChange } from './text-change.ts'

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
  const content = openContent()
  try {
    content.apply(updates)
    return content.edit(decide, chooseClient)
  } finally {
    content.close()
  }
}
