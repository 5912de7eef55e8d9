import type { DocumentResource } from '@weft/protocol'
import { Undo2 } from 'lucide-react'
import { DocumentGroups, focusFirstRow } from '../components/home/document-groups.tsx'
import { RowTime } from '../components/home/document-row.tsx'
import { Cell, Row } from '../components/home/grid.tsx'
import { HomeFrame } from '../components/home/home-frame.tsx'
import { KindIcon } from '../components/home/kind-icon.tsx'
import { ListFailure, ListSkeleton, ShowMore, StaleNote } from '../components/home/list-states.tsx'
import { showToast } from '../components/toasts.tsx'
import { useDocumentList, useRestoreDocument } from '../documents.ts'
import { usePageTitle } from '../page-title.ts'
import { reasonOf } from '../reasons.ts'

export function TrashPage() {
  usePageTitle('Trash · Weft')
  return (
    <HomeFrame>
      <header className="home-title">
        <h1>Trash</h1>
        <p className="list-note">Deleted documents stay here until they are restored.</p>
      </header>
      <TrashedDocuments />
    </HomeFrame>
  )
}

function TrashedDocuments() {
  const list = useDocumentList({ trashed: true })
  const reload = () => void list.refetch()

  if (list.isPending) return <ListSkeleton />
  if (list.isLoadingError)
    return <ListFailure error={list.error} isRetrying={list.isFetching} onRetry={reload} />
  if (list.data.length === 0) return <p className="list-message">The trash is empty.</p>
  return (
    <>
      {list.isRefetchError && <StaleNote loadedAt={list.dataUpdatedAt} onReload={reload} />}
      <DocumentGroups
        documents={list.data}
        dateOf={trashedDate}
        row={(document, tabIndex) => <TrashedRow key={document.id} document={document} tabIndex={tabIndex} />}
      />
      {list.hasNextPage && (
        <ShowMore
          isLoading={list.isFetchingNextPage}
          failed={list.isFetchNextPageError}
          onMore={() => void list.fetchNextPage()}
        />
      )}
    </>
  )
}

function trashedDate(document: DocumentResource): string {
  return document.trashedAt ?? document.updatedAt
}

interface TrashedRowProps {
  readonly document: DocumentResource
  readonly tabIndex: 0 | -1
}

function TrashedRow({ document, tabIndex }: TrashedRowProps) {
  const restore = useRestoreDocument()
  const onRestore = () =>
    restore.mutate(document, {
      onSuccess: () => {
        showToast(`“${document.title}” restored`, { icon: Undo2 })
        setTimeout(focusFirstRow)
      },
      onError: (error) => showToast(`“${document.title}” is still in the trash. ${reasonOf(error)}`),
    })
  return (
    <Row className="row row-trashed" data-document={document.id}>
      <Cell className="row-main">
        <KindIcon kind={document.kind} />
        <span className="row-title trunc" dir="auto">
          {document.title}
        </span>
      </Cell>
      <RowTime at={trashedDate(document)} />
      <Cell>
        <button
          type="button"
          className="btn"
          tabIndex={tabIndex}
          data-row-focus
          aria-busy={restore.isPending}
          aria-label={`Restore ${document.title}`}
          onClick={onRestore}
        >
          <Undo2 className="i i-s" />
          Restore
        </button>
      </Cell>
    </Row>
  )
}
