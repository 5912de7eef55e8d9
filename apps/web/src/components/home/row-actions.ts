import type { DocumentResource } from '@weft/protocol'

/** What one can do to a row of the list, by its keys or its menu. */
export interface RowActions {
  readonly rename: (document: DocumentResource, title: string | null) => void
  readonly startRename: (document: DocumentResource) => void
  readonly trash: (document: DocumentResource) => void
}
