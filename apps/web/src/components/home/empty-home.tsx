import { Copy, PenLine, Terminal } from 'lucide-react'
import { CopyButton } from '../controls/copy-button.tsx'

/** Works as it is, on the machine that shows this page. */
function curlLine(): string {
  const body = `{"title":"Hello","content":"# Hello\\n"}`
  return `curl -X POST ${location.origin}/api/v1/documents -H 'content-type: application/json' -d '${body}'`
}

export function EmptyHome({ onNew }: { readonly onNew: () => void }) {
  return (
    <div className="empty">
      <h1>Nothing here yet</h1>
      <p className="empty-lead">Documents will be listed on this page, newest edit first.</p>
      <section className="empty-way">
        <PenLine className="i i-l" />
        <h2>Write something</h2>
        <p>
          An empty Markdown page, saved from the first key you press.{' '}
          <kbd className="kbd" aria-label="Key N">
            N
          </kbd>
        </p>
        <button type="button" className="btn btn-primary" onClick={onNew}>
          New document
        </button>
      </section>
      <section className="empty-way">
        <Terminal className="i i-l" />
        <h2>Send one from a terminal</h2>
        <p>Every action in Weft is also an HTTP call.</p>
        <div className="command">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
          <code tabIndex={0}>{curlLine()}</code>
          <CopyButton compact icon={Copy} label="Copy command" text={curlLine} />
        </div>
      </section>
    </div>
  )
}
