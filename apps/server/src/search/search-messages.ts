/** What the main thread asks of the search thread, and what comes back. */
import type { DocumentId } from '@weft/protocol'
import type { IndexedDocument, IndexedStanding, IndexPage, IndexQuery } from './search.ts'

export type SearchQuestion =
  | { readonly type: 'search'; readonly query: IndexQuery }
  | { readonly type: 'stale'; readonly documents: readonly IndexedStanding[] }
  | { readonly type: 'put'; readonly documents: readonly IndexedDocument[] }
  | { readonly type: 'remove'; readonly ids: readonly DocumentId[] }
  | { readonly type: 'tidy' }
  | { readonly type: 'ids'; readonly after: DocumentId | null; readonly limit: number }
  | { readonly type: 'close' }

export interface SearchAnswers {
  readonly search: IndexPage
  readonly stale: readonly DocumentId[]
  readonly put: null
  readonly remove: null
  readonly tidy: boolean
  readonly ids: readonly DocumentId[]
  readonly close: null
}

export interface AskedSearch {
  readonly number: number
  readonly question: SearchQuestion
}

export type SearchMessage =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'answer'; readonly number: number; readonly value: SearchAnswers[keyof SearchAnswers] }
  /** The file was damaged, and is empty now. */
  | { readonly type: 'emptied' }
  | { readonly type: 'failure'; readonly number: number; readonly message: string; readonly full: boolean }

export interface SearchSettings {
  /** `:memory:`: nothing is kept. */
  readonly file: string
}
