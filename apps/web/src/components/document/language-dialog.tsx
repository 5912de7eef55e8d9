import { Dialog } from '@base-ui/react/dialog'
import type { Editor } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import { lazy, Suspense } from 'react'
import { useChangeDocument } from '../../documents.ts'
import { reasonOf } from '../../reasons.ts'
import { DialogPanel } from '../controls/dialog-panel.tsx'
import { showToast } from '../toasts.tsx'

/** Opens from the menu and the status bar: `languageDialog.open(null)`. */
export const languageDialog = Dialog.createHandle()

const LanguageList = lazy(() =>
  import('./language-list.tsx').then((module) => ({ default: module.LanguageList })),
)

interface LanguageDialogProps {
  readonly editor: Editor
  readonly document: DocumentResource
}

/** Chooses how code is coloured, for everyone. */
export function LanguageDialog({ editor, document }: LanguageDialogProps) {
  const change = useChangeDocument()
  const choose = (language: string | null) => {
    languageDialog.close()
    editor.setLanguage(language)
    change.mutate(
      { id: document.id, language },
      {
        onError: (error) => {
          editor.setLanguage(document.language)
          showToast(`The language was not changed. ${reasonOf(error)}`)
        },
      },
    )
  }
  return (
    <Dialog.Root handle={languageDialog}>
      <DialogPanel title="Language">
        <Dialog.Description className="dialog-text">
          Colours the code, for everyone in this document.
        </Dialog.Description>
        <Suspense>
          <LanguageList language={document.language} onChoose={choose} />
        </Suspense>
      </DialogPanel>
    </Dialog.Root>
  )
}
