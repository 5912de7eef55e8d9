/** What came of imports: kept so that whoever started one can ask, also after a restart. */
import type { ActorId, ImportResource, ImportState } from '@weft/protocol'

export interface ImportStore {
  /** New, or instead of what was known of it. */
  save(record: ImportRecord): Promise<void>
  get(id: string): Promise<ImportRecord | null>
  remove(id: string): Promise<void>
  /** Those that were under way are interrupted: nobody goes on with them. */
  interrupt(at: number): Promise<void>
  /** Those that ended before. */
  forget(before: number): Promise<void>
}

export interface ImportRecord {
  readonly id: string
  readonly actor: ActorId
  readonly state: ImportState
  /** Milliseconds since 1970, both. */
  readonly startedAt: number
  readonly endedAt: number | null
  readonly report: ImportReport
}

export type ImportReport = Omit<ImportResource, 'id' | 'state' | 'startedAt' | 'endedAt'>
