import { parseDocumentId } from '@weft/protocol'
import { lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { CrashGuard } from './components/crash-guard.tsx'
import { loadDocumentPage } from './document-page-chunk.ts'
import { HomePage } from './pages/home-page.tsx'
import { NewPage } from './pages/new-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { TrashPage } from './pages/trash-page.tsx'

const DocumentPage = lazy(loadDocumentPage)

/** Every address of the app. */
export function Routes() {
  return (
    <CrashGuard>
      <Suspense fallback={null}>
        <Switch>
          <Route path="/" component={HomePage} />
          <Route path="/trash" component={TrashPage} />
          <Route path="/new" component={NewPage} />
          <Route path="/d/:id">{({ id }) => <DocumentRoute id={id} />}</Route>
          <Route component={NotFoundPage} />
        </Switch>
      </Suspense>
    </CrashGuard>
  )
}

function DocumentRoute({ id }: { readonly id: string }) {
  const documentId = parseDocumentId(id)
  return documentId === null ? <NotFoundPage /> : <DocumentPage key={documentId} id={documentId} />
}
