/** The list of documents with everything one can do to a row of it. */
import type { DocumentResource } from '@weft/protocol'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useChangeDocument, useRestoreDocument, useTrashDocument } from '../../documents.ts'
import { reasonOf } from '../../reasons.ts'
import { useUnsentEdits } from '../../unsent-edits.ts'
import { showToast } from '../toasts.tsx'
import { DocumentGroups } from './document-groups.tsx'
import { DocumentRow, type RowActions } from './document-row.tsx'
import { RowMenu } from './row-menu.tsx'

interface DocumentListProps {
  readonly documents: readonly DocumentResource[]
  readonly searched: string | undefined
  readonly onBusy: (busy: boolean) => void
}

export function DocumentList({ documents, searched, onBusy }: DocumentListProps) {
  const [renamingId, setRenamingId] = useState<string | null>(null)
  const unsentEdits = useUnsentEdits()
  const change = useChangeDocument()
  const trash = useTrashDocument()
  const restore = useRestoreDocument()

  const putBack = (document: DocumentResource) =>
    restore.mutate(document, {
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
        documents={documents}
        dateOf={(document) => document.updatedAt}
        onBusy={onBusy}
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
