import { focusFirstRow } from '../components/home/document-groups.tsx'
import { DocumentList } from '../components/home/document-list.tsx'
import { EmptyHome } from '../components/home/empty-home.tsx'
import { HomeFrame } from '../components/home/home-frame.tsx'
import { ListFailure, ListSkeleton, ShowMore, StaleNote } from '../components/home/list-states.tsx'
import { NewDocumentButton, NewDocumentFab, useNewDocument } from '../components/home/new-document.tsx'
import { SearchField, useSearchedTitle } from '../components/home/search-field.tsx'
import { useDocumentList } from '../documents.ts'
import { isPlainKey, usePageKeys } from '../keys.ts'
import { usePageTitle } from '../page-title.ts'

export function HomePage() {
  usePageTitle('All documents · Weft')
  const newDocument = useNewDocument()
  usePageKeys((event) => {
    if (event.key.toLowerCase() !== 'n' || !isPlainKey(event)) return
    event.preventDefault()
    newDocument.start()
  })
  return (
    <HomeFrame
      bar={
        <>
          <SearchField onArrowDown={focusFirstRow} />
          <NewDocumentButton {...newDocument} />
        </>
      }
    >
      <Documents onNew={() => newDocument.start()} />
      <NewDocumentFab {...newDocument} />
    </HomeFrame>
  )
}

function Documents({ onNew }: { readonly onNew: () => void }) {
  const searched = useSearchedTitle()
  const list = useDocumentList(searched === undefined ? {} : { title: searched })
  const reload = () => void list.refetch()
  const isEmpty = list.data?.length === 0
  if (isEmpty && searched === undefined && !list.isPlaceholderData) return <EmptyHome onNew={onNew} />
  return (
    <>
      <header className="home-title">
        <h1>{searched === undefined ? 'All documents' : 'Search'}</h1>
        {list.isRefetchError && <StaleNote loadedAt={list.dataUpdatedAt} onReload={reload} />}
      </header>
      {list.isPending && <ListSkeleton />}
      {list.isLoadingError && (
        <ListFailure error={list.error} isRetrying={list.isFetching} onRetry={reload} />
      )}
      {isEmpty && (
        <p className="list-message" role="status">
          Nothing matches “{searched}” in titles.
        </p>
      )}
      {list.data !== undefined && <DocumentList documents={list.data} searched={searched} />}
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
