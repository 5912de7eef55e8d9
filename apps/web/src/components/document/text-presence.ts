import type { Editor } from '@weft/editor'
import { useSyncExternalStore } from 'react'

/** `closed`: the server gives nothing of it, and this device has nothing of it. */
export type TextPresence = 'awaited' | 'here' | 'closed'

/** Whether there is text to show: an empty box in its place would pass for an empty document. */
export function useTextPresence(editor: Editor | null): TextPresence {
  return useSyncExternalStore(
    (listener) => editor?.saveState.subscribe(listener) ?? (() => {}),
    () => (editor === null ? 'awaited' : textPresence(editor)),
  )
}

function textPresence(editor: Editor): TextPresence {
  const save = editor.saveState.get()
  if (save.state === 'loading' || save.state === 'absent') return 'awaited'
  return save.state === 'refused' && save.edits === 0 && editor.text() === '' ? 'closed' : 'here'
}
