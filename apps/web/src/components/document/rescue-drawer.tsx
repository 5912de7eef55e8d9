/** The way out for text that the server will not take: copy it, download it, or make a new document of it. */
import { Dialog } from '@base-ui/react/dialog'
import { type Editor, forgetDocument, type SaveState } from '@weft/editor'
import { type DocumentResource, limits, repairText } from '@weft/protocol'
import { Copy, Download, FilePlus2 } from 'lucide-react'
import { useRef } from 'react'
import { useLocation } from 'wouter'
import { type NewDocument, useCreateDocument } from '../../documents.ts'
import { useObservable } from '../../observable.ts'
import { reasonOf } from '../../reasons.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { DialogPanel } from '../controls/dialog-panel.tsx'
import { showToast } from '../toasts.tsx'
import { downloadDocument } from './download-document.ts'
import { saveWords } from './save-words.ts'

interface RescueDrawerProps {
  readonly editor: Editor
  readonly document: DocumentResource
  readonly save: Extract<SaveState, { state: 'refused' }>
  readonly isOpen: boolean
  readonly onOpen: (open: boolean) => void
}

export function RescueDrawer({ editor, document, save, isOpen, onOpen }: RescueDrawerProps) {
  const [, navigate] = useLocation()
  const create = useCreateDocument()
  const connection = useObservable(editor.connection)
  const first = useRef<HTMLButtonElement>(null)
  const saveAsNew = () =>
    create.mutate(copyOf(document, editor.text()), {
      onSuccess: async (copy) => {
        // It is all on the server now; the waiting edits of the old document have no use any more.
        await forgetDocument(document.id).catch(() => {})
        showToast(`Stored as “${copy.title}”.`, { icon: FilePlus2 })
        navigate(`/d/${copy.id}`)
      },
    })
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpen}>
      <DialogPanel title="Kept on this device only" shape="drawer" initialFocus={first}>
        <Dialog.Description className="dialog-text">
          {saveWords(save, document, connection).sentence}
        </Dialog.Description>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
        <pre className="rescue-text" tabIndex={0} dir="auto">
          {editor.text()}
        </pre>
        {create.isError && (
          <p className="form-error" role="alert">
            No document was created. {reasonOf(create.error)} Copy or download the text.
          </p>
        )}
        <div className="form-actions">
          <button
            ref={first}
            type="button"
            className="btn btn-primary"
            aria-busy={create.isPending}
            onClick={saveAsNew}
          >
            {create.isPending ? (
              <span className="shuttle" aria-hidden="true" />
            ) : (
              <FilePlus2 className="i i-s" />
            )}
            Save as a new document
          </button>
          <CopyButton icon={Copy} label="Copy text" text={() => editor.text()} />
          <button type="button" className="btn" onClick={() => downloadDocument(document, editor)}>
            <Download className="i i-s" />
            Download
          </button>
        </div>
      </DialogPanel>
    </Dialog.Root>
  )
}

function copyOf({ title, kind, language }: DocumentResource, text: string): NewDocument {
  const copyTitle = `${title.slice(0, limits.titleLength - 7)} (copy)`
  return { title: copyTitle, kind, content: repairText(text), ...(language === null ? {} : { language }) }
}
