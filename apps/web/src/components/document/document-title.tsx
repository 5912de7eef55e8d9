import type { DocumentResource } from '@weft/protocol'
import { useChangeDocument } from '../../documents.ts'
import { reasonOf } from '../../reasons.ts'
import { TitleField } from '../controls/title-field.tsx'
import { showToast } from '../toasts.tsx'

interface DocumentTitleProps {
  readonly document: DocumentResource
  readonly isRenaming: boolean
  readonly onRenaming: (renaming: boolean) => void
  /** The focus goes back to the text. */
  readonly onDone: () => void
}

export function DocumentTitle({ document, isRenaming, onRenaming, onDone }: DocumentTitleProps) {
  const change = useChangeDocument()
  const rename = (title: string | null) => {
    onRenaming(false)
    onDone()
    if (title === null) return
    change.mutate(
      { id: document.id, title },
      { onError: (error) => showToast(`“${document.title}” keeps its name. ${reasonOf(error)}`) },
    )
  }
  if (isRenaming)
    return <TitleField className="document-title-field" title={document.title} onDone={rename} />
  return (
    <h1 className="document-title">
      <button type="button" className="trunc" dir="auto" title="Rename (F2)" onClick={() => onRenaming(true)}>
        {document.title}
      </button>
    </h1>
  )
}
