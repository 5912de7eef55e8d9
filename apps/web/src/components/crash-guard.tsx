import { CircleX, RefreshCw } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { detailsOf } from '../reasons.ts'
import { MessagePage } from './message-page.tsx'

interface Crash {
  readonly error: unknown
}

/** When a part of the page fails: what happened, and the way out. React asks for a class here. */
export class CrashGuard extends Component<
  { readonly children: ReactNode },
  { readonly crash: Crash | null }
> {
  override state: { readonly crash: Crash | null } = { crash: null }

  static getDerivedStateFromError(error: unknown): { readonly crash: Crash } {
    return { crash: { error } }
  }

  override render(): ReactNode {
    const { crash } = this.state
    if (crash === null) return this.props.children
    return isMissingPart(crash.error) ? <OutdatedPage /> : <CrashedPage error={crash.error} />
  }
}

/** A part of an older build that the server no longer has. */
function isMissingPart(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script/i.test(error.message)
}

function OutdatedPage() {
  return (
    <MessagePage
      icon={RefreshCw}
      title="This part of the page did not load"
      text="There may be no connection, or the server has a newer Weft. Reload to go on; your text is kept."
    >
      <Reload />
    </MessagePage>
  )
}

function CrashedPage({ error }: { readonly error: unknown }) {
  return (
    <MessagePage
      icon={CircleX}
      title="This page failed"
      text="The fault is in Weft, not in your document. What was saved is on the server; what was not is kept on this device. Reload to go on."
    >
      <Reload />
      <details>
        <summary>Details</summary>
        <pre>{detailsOf(error)}</pre>
      </details>
    </MessagePage>
  )
}

function Reload() {
  return (
    <div className="form-actions">
      <button type="button" className="btn btn-primary" onClick={() => location.reload()}>
        Reload
      </button>
      {/* A whole load: the page that failed is not to be trusted. */}
      <a href="/" className="btn">
        Back to documents
      </a>
    </div>
  )
}
