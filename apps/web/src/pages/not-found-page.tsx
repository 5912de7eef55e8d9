import { FileQuestionMark } from 'lucide-react'
import { Link } from 'wouter'
import { MessagePage } from '../components/message-page.tsx'

export function NotFoundPage() {
  return (
    <MessagePage
      icon={FileQuestionMark}
      title="Nothing here"
      text="There is no document at this address. It may have been deleted for ever, or the address is incomplete."
    >
      <div className="form-actions">
        <Link href="/" className="btn btn-primary">
          Back to documents
        </Link>
      </div>
    </MessagePage>
  )
}
