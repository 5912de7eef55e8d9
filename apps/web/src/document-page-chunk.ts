/** The document page with the editor is a chunk of its own; the home page fetches it ahead when the browser is idle. */
export async function loadDocumentPage() {
  const { DocumentPage } = await import('./pages/document-page.tsx')
  return { default: DocumentPage }
}

export function preloadDocumentPage(): void {
  const preload = () => void loadDocumentPage().catch(ignore)
  if ('requestIdleCallback' in window) requestIdleCallback(preload, { timeout: 5_000 })
  else setTimeout(preload, 2_000)
}

/** Only a head start: the route loads it again and then says what is wrong. */
function ignore(): void {}
