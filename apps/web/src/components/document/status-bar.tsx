import type { Editor, Position } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import { Wifi, WifiOff } from 'lucide-react'
import { useObservable } from '../../observable.ts'
import { languageDialog } from './language-dialog.tsx'
import { useTextPresence } from './text-presence.ts'

interface StatusBarProps {
  readonly editor: Editor
  readonly document: DocumentResource
}

/** Connection, place, size, language. It repeats nothing that the save state says. */
export function StatusBar({ editor, document }: StatusBarProps) {
  const hasText = useTextPresence(editor) === 'here'
  return (
    <footer className="statusbar" data-region>
      <ConnectionCell editor={editor} />
      {hasText && <PositionCells editor={editor} />}
      <span className="grow" />
      {document.kind === 'code' ? (
        <button type="button" onClick={() => languageDialog.open(null)}>
          {document.language ?? 'No language'}
        </button>
      ) : (
        <span className="cell">{document.kind === 'markdown' ? 'Markdown' : 'Plain text'}</span>
      )}
    </footer>
  )
}

function ConnectionCell({ editor }: { readonly editor: Editor }) {
  const connection = useObservable(editor.connection)
  const { state } = connection
  const Icon = state === 'connected' ? Wifi : WifiOff
  return (
    <span className="cell">
      <Icon className="i i-s" />
      {state === 'offline' && connection.restarting ? 'Server restarting' : connectionWords[state]}
    </span>
  )
}

const connectionWords = {
  connecting: 'Connecting',
  connected: 'Connected',
  offline: 'No connection',
  refused: 'Disconnected',
} as const

function PositionCells({ editor }: { readonly editor: Editor }) {
  const position = useObservable(editor.position)
  return (
    <>
      <span className="cell">{placeWords(position)}</span>
      <span className="cell">{position.words === 1 ? '1 word' : `${position.words} words`}</span>
    </>
  )
}

function placeWords({ line, column, selectedLines, selectedCharacters }: Position): string {
  if (selectedCharacters === 0) return `Line ${line}, column ${column}`
  const characters = selectedCharacters === 1 ? '1 character' : `${selectedCharacters} characters`
  return selectedLines > 1 ? `${selectedLines} lines, ${characters} selected` : `${characters} selected`
}
