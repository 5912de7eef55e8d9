/**
 * The index in which documents are searched: READ FIRST. It is made of what the storage has, may be behind it, and may
 * be thrown away at any time: whoever searches asks the storage whether what was found is still there.
 */
import type { ActorId, DocumentId, FolderId } from '@weft/protocol'
import type { SearchFilters, SearchTerm } from './search-query.ts'

export interface SearchIndex {
  /**
   * The best first: documents whose title fits, then the others by how well they fit, then the latest change. Of many
   * that fit, the latest two hundred are compared with each other, and the latest thousand are found.
   */
  search(query: IndexQuery): Promise<IndexPage>
  /** Of those documents: which must be put again, because their text or title is another one? Notes where they stand. */
  stale(documents: readonly IndexedStanding[]): Promise<readonly DocumentId[]>
  put(documents: readonly IndexedDocument[]): Promise<void>
  /** Not there: no change. */
  remove(ids: readonly DocumentId[]): Promise<void>
  /**
   * Forgets some of the words that no document has any more: they take room, and of those that a part of a word stands
   * for. True: there may be more of them.
   */
  tidy(): Promise<boolean>
  /** Ids that it has, in their order, after `after`. */
  ids(after: DocumentId | null, limit: number): Promise<readonly DocumentId[]>
  /** Hears when the index has lost everything, because its file was damaged. One listener. */
  onEmptied(listener: () => void): void
  close(): Promise<void>
}

export interface IndexQuery {
  readonly terms: readonly SearchTerm[]
  readonly filters: SearchFilters
  readonly limit: number
  readonly after: Rank | null
}

export interface IndexPage {
  readonly found: readonly Found[]
  readonly next: Rank | null
}

/** Where a document is among the results: 0 if its title fits, how well (less is better), and its place in the index. */
export type Rank = readonly [tier: number, score: number, number: number]

export interface Found {
  readonly id: DocumentId
  readonly excerpt: Marked
}

/** A text, and what in it was searched for: from and to, in UTF-16 units. */
export interface Marked {
  readonly text: string
  readonly ranges: readonly (readonly [from: number, to: number])[]
}

/** What is filtered by. */
export interface IndexedStanding {
  readonly id: DocumentId
  /** Another one: the text or the title may be another. */
  readonly content: string
  readonly folder: FolderId | null
  readonly tags: readonly string[]
  readonly author: ActorId
  readonly updatedAt: number
}

export interface IndexedDocument extends IndexedStanding {
  readonly title: string
  readonly text: string
}

/** So many searches wait that another one would only wait longer. */
export class TooManySearches extends Error {
  override name = 'TooManySearches'
}
