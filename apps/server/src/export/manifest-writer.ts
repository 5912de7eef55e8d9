/** The list that lies in an archive: see import/archive-manifest.ts for what is read of it again. */
import type { AttachmentRecord, DocumentRecord } from '../storage/storage.ts'
import type { ExportPlan } from './export-plan.ts'

export interface ManifestWriter {
  document(
    record: DocumentRecord,
    path: string,
    files: readonly (readonly [AttachmentRecord, string])[],
  ): void
  missing(id: string, title: string): void
  /** The file, a line for each. */
  text(): Iterable<string>
  /** For people: what is not in the archive; `null`: nothing. */
  missingText(): string | null
}

export function writeManifest(plan: ExportPlan, at: number): ManifestWriter {
  const documents: string[] = []
  const missing: { readonly id: string; readonly title: string }[] = []
  return {
    document({ id, title, kind, language, tags, isTemplate, createdAt, updatedAt, revision }, path, files) {
      const attachments = files.map(([{ name, type }, file]) => ({ path: file, name, type }))
      const times = { createdAt: iso(createdAt), updatedAt: iso(updatedAt), revision }
      documents.push(
        JSON.stringify({ path, id, title, kind, language, tags, isTemplate, ...times, attachments }),
      )
    },
    missing(id, title) {
      missing.push({ id, title })
    },
    *text() {
      yield `{"weft":1,"exportedAt":${JSON.stringify(iso(at))},"folders":[\n`
      yield* lines([...plan.folders].map(([path, name]) => JSON.stringify({ path, name })))
      yield '],"documents":[\n'
      yield* lines(documents)
      yield '],"missing":[\n'
      yield* lines(missing.map((item) => JSON.stringify(item)))
      yield ']}\n'
    },
    missingText() {
      if (missing.length === 0) return null
      const names = missing.map(({ id, title }) => `${title} (${id})\n`).join('')
      return `These are not in this archive, because what is stored of them is damaged:\n\n${names}`
    },
  }
}

function* lines(items: readonly string[]): Generator<string> {
  for (const [index, item] of items.entries()) yield `${item}${index === items.length - 1 ? '' : ','}\n`
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
