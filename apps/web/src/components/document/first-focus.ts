import type { Editor } from '@weft/editor'
import { useEffect } from 'react'

/** Once everything is there, the text has the focus, unless the person is somewhere else already. */
export function useFirstFocus(editor: Editor, isReady: boolean): void {
  useEffect(() => {
    // On a phone it would bring up the keyboard over a text that somebody may only want to read.
    const isIdle = document.activeElement === document.body && matchMedia('(pointer: fine)').matches
    if (isReady && isIdle) editor.focus()
  }, [editor, isReady])
}
