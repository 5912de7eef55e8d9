import { Popover } from '@base-ui/react/popover'
import type { Editor, SaveState } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import { Check, CircleX, Copy, Download, Eye, HardDrive, TriangleAlert } from 'lucide-react'
import { useObservable } from '../../observable.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { downloadDocument } from './download-document.ts'
import { type SaveTone, saveWords } from './save-words.ts'
import { useTextPresence } from './text-presence.ts'

interface SaveStateButtonProps {
  readonly editor: Editor
  readonly document: DocumentResource
  /** There are edits that the server will not take. */
  readonly onRescue: () => void
}

/** The one place that says what the server has stored: glyph, word, detail; pressed, the whole sentence. */
export function SaveStateButton({ editor, document, onRescue }: SaveStateButtonProps) {
  const save = useObservable(editor.saveState)
  const connection = useObservable(editor.connection)
  const { tone, word, detail, sentence } = saveWords(save, document, connection)
  const hasText = useTextPresence(editor) === 'here'
  return (
    <Popover.Root>
      <Popover.Trigger className={`save ${tone}`}>
        <Glyph tone={tone} save={save} />
        <span>{word}</span>
        {detail !== null && <span className="save-detail">{detail}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner
          className="floating-layer"
          side="bottom"
          align="start"
          sideOffset={4}
          collisionPadding={8}
        >
          <Popover.Popup className="popover">
            <Popover.Title className="visually-hidden">{word}</Popover.Title>
            <Popover.Description className="popover-text">{sentence}</Popover.Description>
            {hasText && (
              <div className="form-actions">
                {save.state === 'refused' && save.edits > 0 && (
                  <button type="button" className="btn btn-primary" onClick={onRescue}>
                    Rescue the text
                  </button>
                )}
                <button type="button" className="btn" onClick={() => downloadDocument(document, editor)}>
                  <Download className="i i-s" />
                  Download a copy
                </button>
                <CopyButton icon={Copy} label="Copy text" text={() => editor.text()} />
              </div>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

const glyphs = {
  saved: Check,
  device: HardDrive,
  failed: TriangleAlert,
  'read-only': Eye,
  refused: CircleX,
} as const

function Glyph({ tone, save }: { readonly tone: SaveTone; readonly save: SaveState }) {
  if (tone === 'saving') return <span className="shuttle" aria-hidden="true" />
  const Icon = save.state === 'tab' ? TriangleAlert : glyphs[tone]
  return <Icon className="i i-s" />
}
