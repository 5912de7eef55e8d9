/** A document, open for writing: bars around one text. */
import type { Editor } from '@weft/editor'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import {
  type TextDocument,
  useDocumentRefresh,
  useRestoreDocument,
  useTrashDocument,
} from '../../documents.ts'
import type { KnownIdentity } from '../../identity.ts'
import { usePageKeys, withControl } from '../../keys.ts'
import { useObservable } from '../../observable.ts'
import { usePageTitle } from '../../page-title.ts'
import { reasonOf } from '../../reasons.ts'
import { useRegionKeys } from '../../regions.ts'
import { showToast } from '../toasts.tsx'
import { useBackOnlineToast } from './back-online.ts'
import { ClosedDocument } from './closed-document.tsx'
import { useFirstFocus } from './first-focus.ts'
import { GuestPrompt } from './guest-prompt.tsx'
import { LanguageDialog } from './language-dialog.tsx'
import { useLeaveGuard } from './leave-guard.ts'
import { LiveRegions } from './live-regions.tsx'
import { Notices } from './notices.tsx'
import { RescueDrawer } from './rescue-drawer.tsx'
import { isUnconfirmed, saveWords } from './save-words.ts'
import { StatusBar } from './status-bar.tsx'
import { useTextPresence } from './text-presence.ts'
import { EditorToolbar } from './toolbar.tsx'
import { TopBar } from './top-bar.tsx'
import { useEditor } from './use-editor.ts'
import { useVisibleHeight } from './visible-height.ts'

interface EditorScreenProps {
  readonly document: TextDocument
  readonly user: KnownIdentity
  /** Open the document anew: it was closed for good, and may be opened again. */
  readonly onReopen: () => void
}

export function EditorScreen({ document, user, onReopen }: EditorScreenProps) {
  const { pane, editor } = useEditor(document, user)
  const [isRenaming, setRenaming] = useState(false)
  /** `null`: not decided; the drawer opens by itself once. */
  const [rescue, setRescue] = useState<boolean | null>(null)
  const trash = useTrash(document)
  const restore = useRestoreDocument()
  const presence = useTextPresence(editor)
  const putBack = () =>
    restore.mutate(document, {
      onSuccess: onReopen,
      onError: (error) => showToast(`“${document.title}” is still in the trash. ${reasonOf(error)}`),
    })
  useVisibleHeight()
  useRegionKeys()
  usePageKeys((event) => {
    if (event.key !== 'F2') return
    event.preventDefault()
    setRenaming(true)
  })
  return (
    <div className="editor-page">
      <button type="button" className="skip-link" onClick={() => editor?.focus()}>
        Skip to text
      </button>
      <header className="editor-head">
        <TopBar
          editor={editor}
          document={document}
          isRenaming={isRenaming}
          onRenaming={setRenaming}
          onRescue={() => setRescue(true)}
          onTrash={trash}
        />
        {editor !== null && presence !== 'closed' && <EditorToolbar editor={editor} kind={document.kind} />}
      </header>
      <main className="source">
        {editor !== null &&
          (presence === 'closed' ? (
            <ClosedDocument editor={editor} document={document} onRestore={putBack} />
          ) : (
            <Notices
              editor={editor}
              document={document}
              onRescue={() => setRescue(true)}
              onRestore={putBack}
            />
          ))}
        <div
          ref={pane}
          className="pane"
          data-kind={document.kind}
          data-region
          hidden={presence === 'closed'}
        />
      </main>
      {editor !== null && (
        <>
          <StatusBar editor={editor} document={document} />
          <WhileOpen editor={editor} document={document} user={user} rescue={rescue} onRescue={setRescue} />
          <GuestPrompt onDone={() => editor.focus()} />
          <LanguageDialog editor={editor} document={document} />
          <LiveRegions editor={editor} />
        </>
      )}
    </div>
  )
}

interface WhileOpenProps {
  readonly editor: Editor
  readonly document: TextDocument
  readonly user: KnownIdentity
  readonly rescue: boolean | null
  readonly onRescue: (open: boolean) => void
}

/** What follows the save state without being drawn in a bar. */
function WhileOpen({ editor, document, user, rescue, onRescue }: WhileOpenProps) {
  const save = useObservable(editor.saveState)
  usePageTitle(`${isUnconfirmed(save) ? '• ' : ''}${document.title} · Weft`)
  useLeaveGuard((save.state === 'tab' || save.state === 'not-saved') && save.edits > 0)
  useBackOnlineToast(save)
  useDocumentRefresh(document.id, save.state === 'refused')
  const hasLoaded = save.state !== 'loading' && save.state !== 'absent'
  useFirstFocus(editor, hasLoaded && user.isSettled && !user.unasked)
  usePageKeys((event) => {
    if (event.key !== 's' || !withControl(event)) return
    // Never the browser's own dialog.
    event.preventDefault()
    const { word, detail } = saveWords(save, document, editor.connection.get())
    showToast(
      save.state === 'saved'
        ? `Saved, revision ${save.revision}`
        : detail === null
          ? word
          : `${word}, ${detail}`,
    )
  })
  if (save.state !== 'refused') return null
  const isOpen = rescue ?? save.edits > 0
  return <RescueDrawer editor={editor} document={document} save={save} isOpen={isOpen} onOpen={onRescue} />
}

function useTrash(document: TextDocument): () => void {
  const [, navigate] = useLocation()
  const trash = useTrashDocument()
  const restore = useRestoreDocument()
  const putBack = () =>
    restore.mutate(document, {
      onError: (error) => showToast(`“${document.title}” is still in the trash. ${reasonOf(error)}`),
    })
  return () =>
    trash.mutate(document, {
      onSuccess: () => {
        navigate('/')
        showToast(`“${document.title}” moved to trash`, {
          icon: Trash2,
          action: { label: 'Undo', run: putBack },
        })
      },
      onError: (error) => showToast(`“${document.title}” was not moved. ${reasonOf(error)}`),
    })
}
