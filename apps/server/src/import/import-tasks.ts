import type { DocumentKind, ImportFailure, ImportRepair } from '@weft/protocol'

/** What the import thread is asked, and how it answers. */
export type ImportTask = BeginTask | PrepareTask

/** First of all: what there is, so that files find each other. */
export interface BeginTask {
  readonly type: 'begin'
  /** Its id, of which those of its documents are made. */
  readonly import: string
  /** Paths that become documents, unless the archive's list says that one is an attachment. */
  readonly documents: ReadonlySet<string>
  /** Paths that may become attachments, if they are no documents. */
  readonly files: ReadonlySet<string>
  readonly manifest: Uint8Array<SharedArrayBuffer> | null
}

export interface PrepareTask {
  readonly type: 'prepare'
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A file as the document that it becomes. */
export interface PreparedDocument {
  readonly title: string
  readonly kind: DocumentKind
  readonly language: string | null
  readonly tags: readonly string[]
  readonly isTemplate: boolean
  /** `null`: it is empty. */
  readonly update: Uint8Array<ArrayBuffer> | null
  readonly repairs: readonly ImportRepair[]
  /** Files that it mentions, under the ids that its text has for them now. */
  readonly attachments: readonly PreparedAttachment[]
}

export interface PreparedAttachment {
  readonly id: string
  readonly path: string
  readonly name: string
}

/** What an archive's list says; `null`: it has none of ours. */
export type BegunImport = {
  readonly folders: ReadonlyMap<string, string>
  /** Those of the archive's documents that it calls attachments. */
  readonly attachments: ReadonlySet<string>
} | null

export type ImportTaskDone =
  | { readonly begun: BegunImport }
  | { readonly prepared: PreparedDocument }
  | { readonly failure: ImportFailure }
