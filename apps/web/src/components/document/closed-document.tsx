import type { Editor } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import { CircleX, Trash2 } from 'lucide-react'
import { Link } from 'wouter'
import { useObservable } from '../../observable.ts'
import { saveWords } from './save-words.ts'

interface ClosedDocumentProps {
  readonly editor: Editor
  readonly document: DocumentResource
  readonly onRestore: () => void
}

/** In place of a text of which there is nothing to show: why, and what to do. */
export function ClosedDocument({ editor, document, onRestore }: ClosedDocumentProps) {
  const save = useObservable(editor.saveState)
  const connection = useObservable(editor.connection)
  const { detail, sentence } = saveWords(save, document, connection)
  const isTrashed = document.trashedAt !== null
  const Icon = isTrashed ? Trash2 : CircleX
  return (
    <section className="closed-document" data-region>
      <Icon className="i" />
      <h2>{detail === null ? '' : detail.charAt(0).toUpperCase() + detail.slice(1)}</h2>
      <p>{sentence}</p>
      <div className="form-actions">
        {isTrashed ? (
          <button type="button" className="btn btn-primary" onClick={onRestore}>
            Restore it
          </button>
        ) : (
          <button type="button" className="btn btn-primary" onClick={() => location.reload()}>
            Reload
          </button>
        )}
        <Link href="/" className="btn">
          Back to documents
        </Link>
      </div>
    </section>
  )
}
