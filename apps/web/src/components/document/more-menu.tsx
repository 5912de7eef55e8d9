import { Menu } from '@base-ui/react/menu'
import type { Editor } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import {
  Copy,
  Download,
  Ellipsis,
  FileCode,
  Keyboard,
  Link2,
  Pencil,
  Search,
  Trash2,
  UserPen,
} from 'lucide-react'
import { copyText } from '../../clipboard.ts'
import { controlKey } from '../../keys.ts'
import { MenuItem, MenuPanel, MenuSeparator } from '../controls/dropdown-menu.tsx'
import { identityDialog } from '../identity/identity-dialog.tsx'
import { keyboardHelp } from '../keyboard-help.tsx'
import { showToast } from '../toasts.tsx'
import { downloadDocument, extensionOf } from './download-document.ts'
import { languageDialog } from './language-dialog.tsx'
import { useTextPresence } from './text-presence.ts'

interface MoreMenuProps {
  readonly editor: Editor
  readonly document: DocumentResource
  readonly onRename: () => void
  readonly onTrash: () => void
}

export function MoreMenu({ editor, document, onRename, onTrash }: MoreMenuProps) {
  const hasText = useTextPresence(editor) === 'here'
  const copy = async (text: string, what: string) => {
    showToast((await copyText(text)) ? `${what} copied.` : 'This browser did not allow copying.')
  }
  return (
    <Menu.Root>
      <Menu.Trigger className="icon-btn" aria-label="More">
        <Ellipsis className="i" />
      </Menu.Trigger>
      <MenuPanel>
        <MenuItem icon={Pencil} keys="F2" onClick={onRename}>
          Rename
        </MenuItem>
        {document.kind === 'code' && (
          <MenuItem icon={FileCode} onClick={() => languageDialog.open(null)}>
            Language
          </MenuItem>
        )}
        {hasText && (
          <MenuItem icon={Search} keys={`${controlKey}+F`} onClick={() => editor.run('find')}>
            Find and replace
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon={Link2} onClick={() => void copy(document.url, 'Link')}>
          Copy link
        </MenuItem>
        {hasText && (
          <>
            <MenuItem icon={Copy} onClick={() => void copy(editor.text(), 'Text')}>
              Copy text
            </MenuItem>
            <MenuItem icon={Download} onClick={() => downloadDocument(document, editor)}>
              Download .{extensionOf(document)}
            </MenuItem>
          </>
        )}
        <MenuSeparator />
        <MenuItem icon={UserPen} onClick={() => identityDialog.open(null)}>
          Name and colour
        </MenuItem>
        <MenuItem icon={Keyboard} keys="?" onClick={() => keyboardHelp.open(null)}>
          Keyboard
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Trash2} onClick={onTrash}>
          Move to trash
        </MenuItem>
      </MenuPanel>
    </Menu.Root>
  )
}
