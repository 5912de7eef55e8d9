/** What comes of an import, as it comes: counted whole, named up to a bound. */
import { type ImportFailure, type ImportRepair, limits } from '@weft/protocol'
import type { DocumentRecord, ImportReport } from '../storage/storage.ts'

export interface ReportWriter {
  expect(files: number): void
  done(): void
  created(path: string, document: DocumentRecord, repairs: readonly ImportRepair[]): void
  attached(files: number): void
  failed(path: string, reason: ImportFailure): void
  /** As far as it is. */
  readonly report: ImportReport
}

const listedDocuments = 100

export function writeReport(name: string | null): ReportWriter {
  const counts = { filesTotal: 0, filesDone: 0, documents: 0, attachments: 0, failed: 0, repaired: 0 }
  const created: ImportReport['created'][number][] = []
  const failures: ImportReport['failures'][number][] = []
  const repairs: ImportReport['repairs'][number][] = []

  return {
    expect(files) {
      counts.filesTotal = files
    },
    done() {
      counts.filesDone++
    },
    created(path, { id, title }, repaired) {
      counts.documents++
      if (created.length < listedDocuments) created.push({ path, id, title })
      if (repaired.length === 0) return
      counts.repaired++
      if (repairs.length < limits.importReportedFiles) repairs.push({ path, repairs: [...repaired] })
    },
    attached(files) {
      counts.attachments += files
    },
    failed(path, reason) {
      counts.failed++
      if (failures.length < limits.importReportedFiles) failures.push({ path, reason })
    },
    get report() {
      return {
        name,
        reason: null,
        ...counts,
        created: [...created],
        failures: [...failures],
        repairs: [...repairs],
      }
    },
  }
}
