import { Menu } from '@base-ui/react/menu'
import type { DocumentResource } from '@weft/protocol'
import { ExternalLink, Link2, Pencil, Trash2 } from 'lucide-react'
import { copyText } from '../../clipboard.ts'
import { MenuItem, MenuLink, MenuPanel, MenuSeparator } from '../controls/dropdown-menu.tsx'
import { showToast } from '../toasts.tsx'
import type { RowActions } from './row-actions.ts'

interface RowMenuPayload {
  readonly document: DocumentResource
  readonly actions: RowActions
}

/** One menu for all rows: each row's button opens it with its own document. */
export const rowMenu = Menu.createHandle<RowMenuPayload>()

export function RowMenu() {
  return (
    <Menu.Root handle={rowMenu}>
      {({ payload }) => <MenuPanel>{payload !== undefined && <RowMenuItems {...payload} />}</MenuPanel>}
    </Menu.Root>
  )
}

function RowMenuItems({ document, actions }: RowMenuPayload) {
  const copyLink = async () => {
    showToast((await copyText(document.url)) ? 'Link copied.' : 'This browser did not allow copying.')
  }
  return (
    <>
      <MenuLink icon={ExternalLink} href={`/d/${document.id}`}>
        Open in a new tab
      </MenuLink>
      <MenuItem icon={Pencil} keys="F2" onClick={() => actions.startRename(document)}>
        Rename
      </MenuItem>
      <MenuItem icon={Link2} onClick={() => void copyLink()}>
        Copy link
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={Trash2} keys="Del" onClick={() => actions.trash(document)}>
        Move to trash
      </MenuItem>
    </>
  )
}
