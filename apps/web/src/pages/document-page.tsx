import { ProblemError } from '@weft/client'
import type { DocumentResource } from '@weft/protocol'
import { Binary, CircleX, Trash2, WifiOff } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { isNotFound } from '../client.ts'
import { Brand } from '../components/brand.tsx'
import { EditorScreen } from '../components/document/editor-screen.tsx'
import { MessagePage } from '../components/message-page.tsx'
import { hasText, useDocument, useRestoreDocument } from '../documents.ts'
import { useIdentity } from '../identity.ts'
import { detailsOf, reasonOf } from '../reasons.ts'
import { NotFoundPage } from './not-found-page.tsx'
import '../styles/document.css'

/** `/d/<id>`, whatever state the document is in. */
export function DocumentPage({ id }: { readonly id: string }) {
  const { data: document, error, isFetching, refetch } = useDocument(id)
  const [opening, setOpening] = useState(0)
  if (document !== undefined)
    return <OpenDocument key={opening} document={document} onReopen={() => setOpening(opening + 1)} />
  if (error === null) return <LoadingPage />
  if (isNotFound(error)) return <NotFoundPage />
  return <FailurePage error={error} isRetrying={isFetching} onRetry={() => void refetch()} />
}

interface OpenDocumentProps {
  readonly document: DocumentResource
  readonly onReopen: () => void
}

function OpenDocument({ document, onReopen }: OpenDocumentProps) {
  const user = useIdentity()
  const [wasOpened, setOpened] = useState(document.trashedAt === null)
  // Once it was open, its text stays on the screen, whatever happens to the document.
  if (!wasOpened && document.trashedAt === null) setOpened(true)
  if (!hasText(document)) return <NoTextPage title={document.title} />
  return wasOpened ? (
    <EditorScreen document={document} user={user} onReopen={onReopen} />
  ) : (
    <TrashedPage document={document} />
  )
}

function LoadingPage() {
  return (
    <div className="editor-page">
      <header className="editor-head">
        <div className="topbar">
          <Brand />
        </div>
      </header>
      <main className="source">
        <p className="visually-hidden" role="status">
          Loading the document
        </p>
      </main>
    </div>
  )
}

function TrashedPage({ document }: { readonly document: DocumentResource }) {
  const restore = useRestoreDocument()
  return (
    <MessagePage
      icon={Trash2}
      title={`“${document.title}” is in the trash`}
      text={restore.isError ? reasonOf(restore.error) : 'It opens again when it is restored.'}
    >
      <div className="form-actions">
        <button
          type="button"
          className="btn btn-primary"
          aria-busy={restore.isPending}
          onClick={() => restore.mutate(document)}
        >
          Restore it
        </button>
        <Link href="/" className="btn">
          Back to documents
        </Link>
      </div>
    </MessagePage>
  )
}

function NoTextPage({ title }: { readonly title: string }) {
  return (
    <MessagePage
      icon={Binary}
      title={`“${title}” has no text`}
      text="It holds the data of a program, which reads and changes it over the API and the sync address."
    >
      <div className="form-actions">
        <Link href="/" className="btn btn-primary">
          Back to documents
        </Link>
      </div>
    </MessagePage>
  )
}

interface FailurePageProps {
  readonly error: unknown
  readonly isRetrying: boolean
  readonly onRetry: () => void
}

/** A failed load is never shown as an empty document. */
function FailurePage({ error, isRetrying, onRetry }: FailurePageProps) {
  const isAnswer = error instanceof ProblemError
  return (
    <MessagePage
      icon={isAnswer ? CircleX : WifiOff}
      title="The document did not load"
      text={`${reasonOf(error)} The document is where it was.`}
    >
      <div className="form-actions">
        <button type="button" className="btn btn-primary" aria-busy={isRetrying} onClick={onRetry}>
          {isRetrying && <span className="shuttle" aria-hidden="true" />}
          Try again
        </button>
        <Link href="/" className="btn">
          Back to documents
        </Link>
      </div>
      <details>
        <summary>Details</summary>
        <pre>{detailsOf(error)}</pre>
      </details>
    </MessagePage>
  )
}
