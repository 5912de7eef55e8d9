import { type ChooseClient, type ContentEdit, openContent, type TextChange } from '@weft/document'

/** Edits what `updates` together make. */
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
