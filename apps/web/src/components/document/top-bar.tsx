import type { Editor } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import { ArrowLeft, Link2 } from 'lucide-react'
import { Link } from 'wouter'
import { Brand } from '../brand.tsx'
import { CopyButton } from '../controls/copy-button.tsx'
import { DocumentTitle } from './document-title.tsx'
import { MoreMenu } from './more-menu.tsx'
import { People } from './people.tsx'
import { SaveStateButton } from './save-state-button.tsx'

interface TopBarProps {
  readonly editor: Editor | null
  readonly document: DocumentResource
  readonly isRenaming: boolean
  readonly onRenaming: (renaming: boolean) => void
  readonly onRescue: () => void
  readonly onTrash: () => void
}

export function TopBar({ editor, document, isRenaming, onRenaming, onRescue, onTrash }: TopBarProps) {
  return (
    <div className="topbar" data-region>
      <span className="topbar-brand">
        <Brand />
      </span>
      <Link href="/" className="icon-btn topbar-back" aria-label="All documents">
        <ArrowLeft className="i i-l i-flip" />
      </Link>
      <div className="topbar-title">
        <DocumentTitle
          document={document}
          isRenaming={isRenaming}
          onRenaming={onRenaming}
          onDone={() => editor?.focus()}
        />
        {editor !== null && <SaveStateButton editor={editor} document={document} onRescue={onRescue} />}
      </div>
      {editor !== null && (
        <>
          <People editor={editor} />
          <CopyButton
            className="btn-primary copy-link"
            icon={Link2}
            label="Copy link"
            text={() => document.url}
          />
          <MoreMenu editor={editor} document={document} onRename={() => onRenaming(true)} onTrash={onTrash} />
        </>
      )}
    </div>
  )
}
