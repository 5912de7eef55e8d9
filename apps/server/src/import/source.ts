/** Files to import, wherever they are. */
import type { Readable } from 'node:stream'
import type { ImportFailure } from '@weft/protocol'

export interface Source {
  readonly files: readonly SourceFile[]
  /** What is in it but cannot be had, and why. */
  readonly faults: readonly { readonly path: string; readonly reason: ImportFailure }[]
  close(): Promise<void>
}

export interface SourceFile {
  /** With `/` between folders, none of them `..`; no two files have the same. */
  readonly path: string
  readonly bytes: number
  /** Its bytes, of which there are never more than `bytes`. Ends in an error when they are damaged. */
  open(): Promise<Readable>
}

/** It is no archive, or none that may be opened; the message says why, to whoever sent it. */
export class MalformedArchive extends Error {
  override name = 'MalformedArchive'
}
