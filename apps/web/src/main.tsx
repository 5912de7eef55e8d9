import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ProblemError } from '@weft/client'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { IdentityDialog } from './components/identity/identity-dialog.tsx'
import { KeyboardHelp } from './components/keyboard-help.tsx'
import { Toasts } from './components/toasts.tsx'
import { preloadDocumentPage } from './document-page-chunk.ts'
import { Routes } from './routes.tsx'
import './styles/index.css'

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Fail honestly when there is no network, instead of waiting without a word.
      networkMode: 'always',
      refetchOnReconnect: true,
      staleTime: 2_000,
      gcTime: 60 * 60_000,
      // An answer is an answer; only silence is worth another try.
      retry: (failures, error) => !(error instanceof ProblemError) && failures < 2,
      retryDelay: (failures) => 500 * 2 ** failures,
    },
    mutations: { networkMode: 'always' },
  },
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    {/* The content security policy of the server allows no inline style elements. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Routes />
        <IdentityDialog />
        <KeyboardHelp />
        <Toasts />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
)
preloadDocumentPage()
