/** The list of documents with everything one can do to a row of it. */
import type { DocumentResource } from '@weft/protocol'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useChangeDocument, useRestoreDocument, useTrashDocument } from '../../documents.ts'
import { reasonOf } from '../../reasons.ts'
import { useUnsentEdits } from '../../unsent-edits.ts'
import { showToast } from '../toasts.tsx'
import { DocumentGroups } from './document-groups.tsx'
import { DocumentRow } from './document-row.tsx'
import { useHeldOrder } from './held-order.ts'
import type { RowActions } from './row-actions.ts'
import { RowMenu } from './row-menu.tsx'

interface DocumentListProps {
  readonly documents: readonly DocumentResource[]
  readonly searched: string | undefined
}

export function DocumentList({ documents, searched }: DocumentListProps) {
  const [isBusy, setBusy] = useState(false)
  const shown = useHeldOrder(documents, isBusy)
  const [renamingId, setRenamingId] = useState<string | null>(null)
  const unsentEdits = useUnsentEdits()
  const change = useChangeDocument()
  const trash = useTrashDocument()
  const restore = useRestoreDocument()

  const putBack = (document: DocumentResource) =>
    restore.mutate(document, {
      // It comes back to its place now, even if the pointer rests on the list.
      onSuccess: () => setBusy(false),
      onError: (error) => showToast(`“${document.title}” is still in the trash. ${reasonOf(error)}`),
    })
  const actions: RowActions = {
    startRename: (document) => setRenamingId(document.id),
    rename: (document, title) => {
      setRenamingId(null)
      // The field is gone in a moment; its row takes the focus back.
      setTimeout(() => focusRow(document.id))
      if (title === null) return
      change.mutate(
        { id: document.id, title },
        { onError: (error) => showToast(`“${document.title}” keeps its name. ${reasonOf(error)}`) },
      )
    },
    trash: (document) => {
      const next = neighbourOf(document.id)
      trash.mutate(document, {
        onSuccess: () => {
          showToast(`“${document.title}” moved to trash`, {
            icon: Trash2,
            action: { label: 'Undo', run: () => putBack(document) },
          })
          if (next !== undefined) setTimeout(() => focusRow(next))
        },
        onError: (error) => showToast(`“${document.title}” was not moved. ${reasonOf(error)}`),
      })
    },
  }
  return (
    <>
      <DocumentGroups
        documents={shown.documents}
        dateOf={shown.dateOf}
        onBusy={setBusy}
        row={(document, tabIndex) => (
          <DocumentRow
            key={document.id}
            document={document}
            tabIndex={tabIndex}
            searched={searched}
            unsentEdits={unsentEdits.get(document.id) ?? 0}
            isRenaming={document.id === renamingId}
            actions={actions}
          />
        )}
      />
      <RowMenu />
    </>
  )
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-document]')]
}

function focusRow(id: string): void {
  rows()
    .find((row) => row.dataset.document === id)
    ?.querySelector<HTMLElement>('[data-row-focus]')
    ?.focus()
}

/** Who has the focus after this row is gone. */
function neighbourOf(id: string): string | undefined {
  const all = rows()
  const here = all.findIndex((row) => row.dataset.document === id)
  return (all[here + 1] ?? all[here - 1])?.dataset.document
}
