/**
 * Kysely as a compiler only. Its own way to run queries is asynchronous, and what runs on the connection must run
 * at once, inside the transaction that is open: see sqlite-writer.ts.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Tables } from './documents.ts'

/** Builds queries; cannot run them. */
export const queries = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

/** Runs a built query at once and returns its rows. */
export type RunQuery = <Row>(query: Compilable<Row>) => readonly Row[]

export function queryRunner(database: DatabaseSync): RunQuery {
  // As many as there are queries in documents.ts, with and without each condition.
  const statements = new Map<string, StatementSync>()
  return <Row>(query: Compilable<Row>) => {
    const { sql, parameters } = query.compile()
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    // Kysely knows the types of parameters and rows; STRICT tables hold no others.
    return statement.all(...(parameters as readonly SQLInputValue[])) as unknown as readonly Row[]
  }
}
