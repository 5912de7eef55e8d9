/** Reports of imports in SQLite. */
import type { DatabaseSync } from 'node:sqlite'
import type { ActorId, ImportState } from '@weft/protocol'
import type { ImportAnswers, ImportRead, ImportWrite } from './import-messages.ts'
import type { ImportRecord, ImportReport } from './imports.ts'

export interface SqliteImports {
  write(write: ImportWrite): ImportAnswers[ImportWrite['type']]
  read(read: ImportRead): ImportAnswers[ImportRead['type']]
}

/** As migrations.ts creates it. */
interface Row {
  readonly id: string
  readonly actor: ActorId
  readonly state: ImportState
  readonly started_at: number
  readonly ended_at: number | null
  readonly report: string
}

export function sqliteImports(database: DatabaseSync): SqliteImports {
  const save = database.prepare(
    `INSERT INTO imports (id, actor, state, started_at, ended_at, report) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       state = excluded.state, started_at = excluded.started_at, ended_at = excluded.ended_at,
       report = excluded.report`,
  )
  const get = database.prepare('SELECT * FROM imports WHERE id = ?')
  const remove = database.prepare('DELETE FROM imports WHERE id = ?')
  const interrupt = database.prepare(
    "UPDATE imports SET state = 'interrupted', ended_at = ? WHERE state IN ('waiting', 'running')",
  )
  const forget = database.prepare('DELETE FROM imports WHERE ended_at < ?')

  return {
    write(write) {
      switch (write.type) {
        case 'save-import': {
          const { id, actor, state, startedAt, endedAt, report } = write.record
          save.run(id, actor, state, startedAt, endedAt, JSON.stringify(report))
          return null
        }
        case 'remove-import':
          remove.run(write.id)
          return null
        case 'interrupt-imports':
          interrupt.run(write.at)
          return null
        case 'forget-imports':
          forget.run(write.before)
          return null
      }
    },
    read: ({ id }) => recordOf(get.get(id)),
  }
}

/** STRICT tables hold what the schema says, and reports what was saved above. */
function recordOf(found: unknown): ImportRecord | null {
  if (found === undefined) return null
  const row = found as Row
  return {
    id: row.id,
    actor: row.actor,
    state: row.state,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    report: JSON.parse(row.report) as ImportReport,
  }
}
