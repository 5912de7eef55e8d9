/** AnswerStore in SQLite, inside the worker's transaction or between two. */
import type { DatabaseSync } from 'node:sqlite'
import { first } from './sqlite-rows.ts'
import type { FirstRequest, KeptAnswer, KeptRequest, RepeatableRequest } from './storage.ts'

export interface SqliteAnswers {
  find(request: RepeatableRequest): KeptRequest | null
  note(request: FirstRequest, note: string): void
  keep(request: FirstRequest, answer: KeptAnswer): void
  forget(request: RepeatableRequest): void
  purge(time: number, most: number): number
}

interface AnswerRow {
  readonly fingerprint: string
  readonly at: number
  readonly note: string | null
  readonly status: number | null
  readonly headers: string | null
  readonly body: Uint8Array | null
}

export function sqliteAnswers(database: DatabaseSync): SqliteAnswers {
  const select = database.prepare(
    'SELECT fingerprint, at, note, status, headers, body FROM answers WHERE actor = ? AND key = ?',
  )
  const upsertNote = database.prepare(
    `INSERT INTO answers (actor, key, fingerprint, at, note) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (actor, key) DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at,
       note = excluded.note, status = NULL, headers = NULL, body = NULL, document = NULL`,
  )
  const upsertAnswer = database.prepare(
    `INSERT INTO answers (actor, key, fingerprint, at, status, headers, body, document)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (actor, key) DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at,
       status = excluded.status, headers = excluded.headers, body = excluded.body, document = excluded.document`,
  )
  const isBuried = database.prepare('SELECT 1 FROM documents WHERE id = ? AND shelf = 2')
  const remove = database.prepare('DELETE FROM answers WHERE actor = ? AND key = ?')
  const removeOld = database.prepare(
    'DELETE FROM answers WHERE number IN (SELECT number FROM answers WHERE at < ? ORDER BY at LIMIT ?)',
  )

  return {
    find({ actor, key }) {
      const row = first<AnswerRow>(select, actor, key)
      if (row === undefined) return null
      const { fingerprint, at, note, status, headers, body } = row
      const answer = status === null ? null : { status, headers: JSON.parse(headers ?? '{}'), body }
      return { fingerprint, at, note, answer }
    },
    note({ actor, key, fingerprint, at }, note) {
      upsertNote.run(actor, key, fingerprint, at, note)
    },
    keep({ actor, key, fingerprint, at }, { status, headers, body, document = null }) {
      const isGone = document !== null && isBuried.get(document) !== undefined
      const kept = isGone ? ([null, null] as const) : ([body, document] as const)
      upsertAnswer.run(actor, key, fingerprint, at, status, JSON.stringify(headers), ...kept)
    },
    forget({ actor, key }) {
      remove.run(actor, key)
    },
    purge: (time, most) => Number(removeOld.run(time, most).changes),
  }
}
