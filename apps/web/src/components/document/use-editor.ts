import { type Editor, openEditor } from '@weft/editor'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { TextDocument } from '../../documents.ts'
import type { Identity } from '../../identity.ts'
import { showToast } from '../toasts.tsx'

/** One editor in `pane` for as long as the component lives; render it again with another key for another document. */
export function useEditor(document: TextDocument, user: Identity) {
  const pane = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<Editor | null>(null)
  const open = useEffectEvent((parent: HTMLElement) =>
    openEditor({
      parent,
      document: {
        id: document.id,
        kind: document.kind,
        language: document.language,
        lineage: document.lineage,
      },
      user,
      syncUrl: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/sync`,
      label: 'Text',
      placeholder: 'Write something',
      onTooLong: () => showToast('That is longer than a document can be. The text is unchanged.'),
    }),
  )
  useEffect(() => {
    if (pane.current === null) return
    const opened = open(pane.current)
    setEditor(opened)
    return () => {
      setEditor(null)
      void opened.close()
    }
  }, [])
  const { name, dye } = user
  useEffect(() => editor?.setUser({ name, dye }), [editor, name, dye])
  // Somebody else may have changed it; the list is refreshed with the title.
  const { language } = document
  useEffect(() => editor?.setLanguage(language), [editor, language])
  return { pane, editor }
}
