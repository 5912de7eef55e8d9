import { Menu } from '@base-ui/react/menu'
import type { DocumentResource } from '@weft/protocol'
import { Ellipsis, HardDrive, Link2 } from 'lucide-react'
import { type KeyboardEvent, memo } from 'react'
import { Link } from 'wouter'
import { useNow } from '../../now.ts'
import { fullTime, shortTime } from '../../times.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { TitleField } from '../controls/title-field.tsx'
import { Cell, Row } from './grid.tsx'
import { KindIcon } from './kind-icon.tsx'
import { MarkedTitle } from './marked-title.tsx'
import type { RowActions } from './row-actions.ts'
import { rowMenu } from './row-menu.tsx'

interface DocumentRowProps {
  readonly document: DocumentResource
  readonly tabIndex: 0 | -1
  readonly searched: string | undefined
  readonly unsentEdits: number
  readonly isRenaming: boolean
  readonly actions: RowActions
}

export const DocumentRow = memo(function DocumentRow(props: DocumentRowProps) {
  const { document, tabIndex, searched, unsentEdits, isRenaming, actions } = props
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'F2') actions.startRename(document)
    else if (event.key === 'Delete') actions.trash(document)
    else return
    event.preventDefault()
  }
  return (
    <Row className="row" data-document={document.id} onKeyDown={onKeyDown}>
      <Cell className="row-main">
        <KindIcon kind={document.kind} />
        {isRenaming ? (
          <TitleField title={document.title} onDone={(title) => actions.rename(document, title)} />
        ) : (
          <Link
            href={`/d/${document.id}`}
            className="row-title trunc"
            dir="auto"
            tabIndex={tabIndex}
            data-row-focus
          >
            <MarkedTitle title={document.title} searched={searched} />
          </Link>
        )}
        {document.language !== null && <span className="row-language">{document.language}</span>}
        {unsentEdits > 0 && (
          <span className="flag">
            <HardDrive className="i i-s" />
            {unsentEdits === 1 ? '1 edit' : `${unsentEdits} edits`} kept on this device only
          </span>
        )}
      </Cell>
      <RowTime at={document.updatedAt} />
      <Cell className="row-actions">
        <CopyButton
          compact
          className="row-copy"
          icon={Link2}
          label="Copy link"
          text={() => document.url}
          tabIndex={tabIndex}
        />
        <Menu.Trigger
          handle={rowMenu}
          payload={{ document, actions }}
          className="icon-btn"
          aria-label={`More for ${document.title}`}
          tabIndex={tabIndex}
        >
          <Ellipsis className="i" />
        </Menu.Trigger>
      </Cell>
    </Row>
  )
})

export function RowTime({ at }: { readonly at: string }) {
  const now = useNow()
  const date = new Date(at)
  return (
    <Cell className="row-time">
      <time dateTime={at} title={fullTime(date)}>
        {shortTime(date, now)}
      </time>
    </Cell>
  )
}
