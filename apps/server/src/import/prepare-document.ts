/** A file's bytes as a document: text, title, and links that lead to what the other files become. */
import { posix } from 'node:path'
import { contentUpdate, foldUpdates, headingsOf, rewriteLinks, titleOf } from '@weft/document'
import {
  type DocumentId,
  type DocumentKind,
  type ImportFailure,
  type ImportRepair,
  limits,
  normalTag,
  repairText,
} from '@weft/protocol'
import { baseOf, refuseTraps } from '@weft/sync'
import { freshId } from '../fresh-id.ts'
import type { ManifestDocument } from './archive-manifest.ts'
import { decodedText } from './decoded-text.ts'
import { type FileFormat, formatOf } from './file-format.ts'
import { htmlAsMarkdown } from './html-as-markdown.ts'
import type { PreparedAttachment, PreparedDocument } from './import-tasks.ts'

/** What is beside the file. */
export interface Surroundings {
  readonly documents: ReadonlyMap<string, DocumentId>
  readonly files: ReadonlySet<string>
  readonly listed: ReadonlyMap<string, ManifestDocument>
}

/** Throws on bytes that are no Yjs update, or none that a document can be, and on HTML that nobody can convert. */
export function prepareDocument(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  around: Surroundings,
): PreparedDocument | { readonly failure: ImportFailure } {
  const listed = around.listed.get(path) ?? null
  const format = formatOf(path)
  const name = posix.basename(path).replace(/(?<=.)\.[^.]*$/, '')
  const gathered = gatherAttachments(around, listed)
  const marks = { tags: tagsOf(listed), isTemplate: listed?.isTemplate ?? false }
  if (format?.type === 'yjs') {
    const title = listed?.title ?? titleFrom(name)
    // Yjs takes more than a room does: what none could open must not become a document.
    const update = new Uint8Array(baseOf(foldUpdates([bytes]), 'yjs').bytes)
    refuseTraps(update, 'yjs')
    const attachments = gathered.all()
    return { title, kind: 'yjs', language: null, ...marks, update, repairs: [], attachments }
  }
  const read = readText(bytes, format, listed)
  if ('failure' in read) return read
  const kind = kindOf(format, listed)
  const language = listed?.language ?? (format?.type === 'text' ? format.language : null)
  const text = kind === 'markdown' ? rewriteLinks(read.text, linkFrom(path, around, gathered.of)) : read.text
  // Pages that nest, and links that lead here, make more of it than it was.
  if (text.length > limits.textLength) return { failure: 'too-long' }
  return {
    title: listed?.title ?? titleFrom(read.title || (kind === 'markdown' && firstHeading(text)) || name),
    kind,
    language: kind === 'code' ? language : null,
    ...marks,
    update: text === '' ? null : new Uint8Array(contentUpdate(text)),
    repairs: read.repairs,
    attachments: gathered.all(),
  }
}

/** The list may say which text a text is, never that bytes are to be trusted. */
function kindOf(format: FileFormat | null, listed: ManifestDocument | null): DocumentKind {
  if (listed !== null && listed.kind !== 'yjs') return listed.kind
  return format?.type === 'text' ? format.kind : 'markdown'
}

interface FileText {
  readonly text: string
  /** As the file itself says; empty if it does not. */
  readonly title: string
  readonly repairs: readonly ImportRepair[]
}

function readText(
  bytes: Uint8Array,
  format: FileFormat | null,
  listed: ManifestDocument | null,
): FileText | { failure: ImportFailure } {
  const decoded = decodedText(bytes, { isKnownAsText: listed !== null })
  if ('failure' in decoded) return decoded
  if (format?.type !== 'html') return { ...decoded, title: '' }
  const { title, markdown } = htmlAsMarkdown(decoded.text)
  // A page may spell out what a text cannot hold: `&#13;`.
  return { text: repairText(markdown), title, repairs: [...decoded.repairs, 'converted-from-html'] }
}

function tagsOf(listed: ManifestDocument | null): readonly string[] {
  const tags = (listed?.tags ?? []).flatMap((tag) => normalTag(tag) ?? [])
  return [...new Set(tags)].sort().slice(0, limits.tagsPerDocument)
}

function firstHeading(text: string): string | undefined {
  return headingsOf(text).find(({ title }) => title !== '')?.title
}

function titleFrom(text: string): string {
  return titleOf(text, 'text') ?? 'Untitled'
}

/** Each file once, however often the text mentions it; and those that the archive's list gives to the document. */
function gatherAttachments({ files }: Surroundings, listed: ManifestDocument | null) {
  const gathered = new Map<string, PreparedAttachment>()
  const names = new Map(listed?.attachments.map(({ path, name }) => [path, name]))
  const of = (path: string): PreparedAttachment => {
    const name = names.get(path) ?? posix.basename(path).slice(0, 200)
    const attachment = gathered.get(path) ?? { id: freshId(), path, name: attachmentName(name) }
    gathered.set(path, attachment)
    return attachment
  }
  return {
    of,
    all() {
      for (const path of names.keys()) if (files.has(path)) of(path)
      return [...gathered.values()]
    },
  }
}

/** As one may be sent: one line, and no folders. */
function attachmentName(name: string): string {
  return name.toWellFormed().replace(/[\p{Cc}\u2028\u2029/\\]/gu, '-')
}

/** Where a link in the file at `path` leads from now on; `null`: where it did. */
function linkFrom(path: string, around: Surroundings, attachment: (path: string) => PreparedAttachment) {
  return (destination: string): string | null => {
    const [, address = '', fragment = ''] = /^([^?#]*)(?:\?[^#]*)?(#.*)?$/s.exec(destination) ?? []
    const target = address === '' ? null : pathOf(posix.dirname(path), address)
    if (target === null) return null
    const document = around.documents.get(target)
    if (document !== undefined) return `/d/${document}${fragment}`
    return around.files.has(target) ? `/attachments/${attachment(target).id}${fragment}` : null
  }
}

/** A relative address as a path in the archive; `null` for any other. */
function pathOf(folder: string, address: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(address)) return null
  const plain = decoded(address.replace(/\\([!-/:-@[-`{-~])/g, '$1')).normalize('NFC')
  const path = plain.startsWith('/')
    ? posix.normalize(plain.slice(1))
    : posix.normalize(posix.join(folder, plain))
  return path.startsWith('../') ? null : path
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}
