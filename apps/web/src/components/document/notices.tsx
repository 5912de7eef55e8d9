import type { Editor, SaveState } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import { CircleX, type LucideIcon, Trash2, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useObservable } from '../../observable.ts'
import { downloadDocument } from './download-document.ts'
import { saveWords } from './save-words.ts'

interface NoticesProps {
  readonly editor: Editor
  readonly document: DocumentResource
  readonly onRescue: () => void
  readonly onRestore: () => void
}

/** Across the top of the text, only for conditions that last and change what one can do. */
export function Notices({ editor, document, onRescue, onRestore }: NoticesProps) {
  const save = useObservable(editor.saveState)
  const connection = useObservable(editor.connection)
  const tone = noticeTone(save)
  if (tone === null) return null
  const { word, detail, sentence } = saveWords(save, document, connection)
  const isTrashed = document.trashedAt !== null
  // The server shows none of it.
  const isFromDevice = save.state === 'refused' && save.reason === 'document-damaged'
  return (
    <Notice tone={tone} icon={isTrashed ? Trash2 : save.state === 'refused' ? CircleX : TriangleAlert}>
      <span className="grow">
        {save.state === 'refused'
          ? `${sentence}${isFromDevice ? ' Below is the copy on this device.' : ''}`
          : `${word}${detail === null ? '' : `: ${detail}`}. ${adviceOf(save)}`}
      </span>
      {save.state === 'refused' && save.edits > 0 && (
        <NoticeAction onClick={onRescue}>Rescue the text</NoticeAction>
      )}
      {save.state === 'refused' && isTrashed && <NoticeAction onClick={onRestore}>Restore it</NoticeAction>}
      {save.state === 'refused' && !isTrashed && save.edits === 0 && (
        <NoticeAction onClick={() => location.reload()}>Reload</NoticeAction>
      )}
      {(save.state !== 'refused' || isFromDevice) && (
        <NoticeAction onClick={() => downloadDocument(document, editor)}>Download a copy</NoticeAction>
      )}
    </Notice>
  )
}

function noticeTone(save: SaveState): 'warning' | 'danger' | null {
  switch (save.state) {
    case 'not-saved':
    case 'refused':
      return 'danger'
    case 'tab':
      return 'warning'
    default:
      return null
  }
}

function adviceOf(save: SaveState): string {
  if (save.state === 'not-saved' && save.reason === 'document-full')
    return 'Delete some of it to make room, then what you wrote is sent. Reading goes on.'
  return save.state === 'tab'
    ? 'This browser will not let Weft keep text. Do not close the tab before the connection returns.'
    : 'Keep this page open; what you wrote is sent when the server can store it.'
}

interface NoticeProps {
  readonly tone: 'warning' | 'danger'
  readonly icon: LucideIcon
  readonly children: ReactNode
}

function Notice({ tone, icon: Icon, children }: NoticeProps) {
  return (
    <div className={`notice ${tone}`}>
      <Icon className="i" />
      {children}
    </div>
  )
}

function NoticeAction({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }) {
  return (
    <button type="button" className="link" onClick={onClick}>
      {children}
    </button>
  )
}
