/** A document as a file: its text, or for other types its state, with links that lead to files beside it. */
import { posix } from 'node:path'
import { contentOf, foldUpdates, rewriteLinks } from '@weft/document'
import type { DocumentKind } from '@weft/protocol'

export interface WrittenDocument {
  readonly path: string
  readonly kind: DocumentKind
  readonly updates: readonly Uint8Array[]
  /** Id → path, of its attachments and of all documents. */
  readonly attachments: ReadonlyMap<string, string>
  readonly documents: ReadonlyMap<string, string>
}

/** Throws as Yjs does on bad bytes. */
export function writtenDocument({
  path,
  kind,
  updates,
  ...targets
}: WrittenDocument): Uint8Array<ArrayBuffer> {
  if (kind === 'yjs') return new Uint8Array(foldUpdates(updates))
  const text = contentOf(updates)
  const linked = kind === 'markdown' ? rewriteLinks(text, linkFrom(posix.dirname(path), targets)) : text
  // Readers take one mark of the byte order away: where the text begins with its character, that is the second.
  const marked = linked.startsWith('\ufeff') ? `\ufeff${linked}` : linked
  return new Uint8Array(Buffer.from(marked))
}

/** Addresses of this server as texts have them: without its name. */
const ownAddress = /^\/(attachments|d)\/([\w-]{1,64}?)(?:\.md|\.txt|\.html)?(#.*)?$/s

function linkFrom(
  folder: string,
  { attachments, documents }: Pick<WrittenDocument, 'attachments' | 'documents'>,
) {
  return (destination: string): string | null => {
    const [, sort, id = '', fragment = ''] = ownAddress.exec(destination) ?? []
    const path = sort === 'attachments' ? attachments.get(id) : sort === 'd' ? documents.get(id) : undefined
    return path === undefined ? null : `${inUrl(posix.relative(folder, path))}${fragment}`
  }
}

/** Nothing in it ends a destination, wherever it stands. */
function inUrl(path: string): string {
  return path
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replace(/[()'!*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`),
    )
    .join('/')
}
