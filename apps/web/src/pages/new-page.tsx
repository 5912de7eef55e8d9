import { limits } from '@weft/protocol'
import { FilePlus2 } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { MessagePage } from '../components/message-page.tsx'
import { type NewDocument, useCreateDocument } from '../documents.ts'
import { reasonOf } from '../reasons.ts'
import { cutTitle } from '../titles.ts'

const kinds = ['markdown', 'text', 'code'] as const

/** `/new?title=…&kind=…` makes a document and goes there; Back does not come through here again. */
export function NewPage() {
  const [address] = useSearchParams()
  const [, navigate] = useLocation()
  const create = useCreateDocument()
  const started = useRef(false)

  const title = cutTitle(address.get('title')?.trim() ?? '', limits.titleLength)
  const kind = kinds.find((known) => known === address.get('kind'))
  const start = () => {
    const wanted: NewDocument = { ...(title ? { title } : {}), ...(kind === undefined ? {} : { kind }) }
    create.mutate(wanted, { onSuccess: (document) => navigate(`/d/${document.id}`, { replace: true }) })
  }
  useEffect(() => {
    // Strict mode runs effects twice; one visit makes one document.
    if (started.current) return
    started.current = true
    start()
  })

  if (!create.isError)
    return (
      <p className="visually-hidden" role="status">
        Creating a document
      </p>
    )
  return (
    <MessagePage icon={FilePlus2} title="No document was created" text={reasonOf(create.error)}>
      <div className="form-actions">
        <button type="button" className="btn btn-primary" onClick={start}>
          Try again
        </button>
        <Link href="/" className="btn">
          Back to documents
        </Link>
      </div>
    </MessagePage>
  )
}
