/** The two voices of the page for screen readers: people and text, politely; your own text in danger, at once. */
import type { Editor, SaveState } from '@weft/editor'
import { useObservable } from '../../observable.ts'

export function LiveRegions({ editor }: { readonly editor: Editor }) {
  const save = useObservable(editor.saveState)
  const announcement = useObservable(editor.announcements)
  return (
    <div className="visually-hidden">
      <div role="status">{announcement}</div>
      <div role="alert">{dangerOf(save)}</div>
    </div>
  )
}

/** Without numbers: they would be read out again with every key. */
function dangerOf(save: SaveState): string {
  switch (save.state) {
    case 'not-saved':
      return 'Not saved: the server cannot store changes.'
    case 'tab':
      return 'In this tab only: this browser will not let Weft keep text.'
    case 'refused':
      return save.edits > 0
        ? 'Refused: your last edits were not accepted.'
        : 'This document is closed to you.'
    default:
      return ''
  }
}
