import type { DocumentResource } from '@weft/protocol'

/** What one can do to a document from its row. */
export interface RowActions {
  readonly startRename: (document: DocumentResource) => void
  /** `null`: it keeps its title. */
  readonly rename: (document: DocumentResource, title: string | null) => void
  readonly trash: (document: DocumentResource) => void
}
