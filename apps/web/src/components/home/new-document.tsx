import { Menu } from '@base-ui/react/menu'
import type { DocumentKind } from '@weft/protocol'
import { AlignLeft, ChevronDown, FileCode, FileText, Plus } from 'lucide-react'
import { useLocation } from 'wouter'
import { useCreateDocument } from '../../documents.ts'
import { reasonOf } from '../../reasons.ts'
import { MenuItem, MenuPanel } from '../controls/dropdown-menu.tsx'
import { showToast } from '../toasts.tsx'

/** Creates a document and goes there; a second press while it is on its way does nothing. */
export function useNewDocument() {
  const [, navigate] = useLocation()
  const create = useCreateDocument()
  const start = (kind: DocumentKind = 'markdown') => {
    if (create.isPending) return
    create.mutate(
      { kind },
      {
        onSuccess: (document) => navigate(`/d/${document.id}`),
        onError: (error) => showToast(`No document was created. ${reasonOf(error)}`),
      },
    )
  }
  return { start, isPending: create.isPending }
}

type Start = ReturnType<typeof useNewDocument>

export function NewDocumentButton({ start, isPending }: Start) {
  return (
    <span className="split-btn">
      <button type="button" className="btn btn-primary" aria-busy={isPending} onClick={() => start()}>
        {isPending ? <span className="shuttle" aria-hidden="true" /> : <Plus className="i" />}
        New document
      </button>
      <Menu.Root>
        <Menu.Trigger className="btn btn-primary" aria-label="New document of another kind">
          <ChevronDown className="i i-s" />
        </Menu.Trigger>
        <MenuPanel>
          <MenuItem icon={FileText} keys="N" onClick={() => start('markdown')}>
            Markdown
          </MenuItem>
          <MenuItem icon={AlignLeft} onClick={() => start('text')}>
            Plain text
          </MenuItem>
          <MenuItem icon={FileCode} onClick={() => start('code')}>
            Code
          </MenuItem>
        </MenuPanel>
      </Menu.Root>
    </span>
  )
}

/** On phones: one round button over the list. */
export function NewDocumentFab({ start, isPending }: Start) {
  return (
    <button type="button" className="btn btn-primary fab" aria-busy={isPending} onClick={() => start()}>
      {isPending ? <span className="shuttle" aria-hidden="true" /> : <Plus className="i" />}
      New
    </button>
  )
}
