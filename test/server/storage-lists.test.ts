/** How lists are read from SQLite: by an index in their order, never more than a bounded part at once. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseFolderId } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { hasFilters, pageQuery, type Source, scanEndQuery } from '@weft/server/storage/document-pages'
import { openSqlite } from '@weft/server/storage/sqlite'
import { queries } from '@weft/server/storage/sqlite-queries'
import type { DocumentQuery } from '@weft/server/storage/storage'
import { expect, test } from 'vitest'
import { documentId, draft, range } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const someFolder = parseFolderId('f'.repeat(22))
const sorts = ['updated', 'created', 'title'] as const
const columns = { updated: 'updated_at', created: 'created_at', title: 'title_key' }

test('every page is read from an index in its order, from where the last one ended', async () => {
  await using folder = await temporaryFolder()
  await (await openSqlite({ folder: folder.path, timers: realTimers })).close()
  const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
  const planOf = (query: ReturnType<typeof pageQuery> | ReturnType<typeof scanEndQuery>) => {
    const { sql, parameters } = query.compile(queries)
    return database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...parameters.map((parameter) => (typeof parameter === 'number' ? parameter : String(parameter))))
      .map(({ detail }) => String(detail))
  }
  for (const sort of sorts) {
    for (const order of ['ascending', 'descending'] as const) {
      for (const place of ['all', 'folder'] as const) {
        const after = { key: sort === 'title' ? 'a' : 7, id: documentId('document') }
        const inFolder = place === 'folder' && someFolder !== null ? { folder: someFolder } : {}
        const query: DocumentQuery = {
          trashed: false,
          title: null,
          sort,
          order,
          limit: 50,
          after,
          ...inFolder,
        }
        const index = place === 'folder' ? `folder_${sort}` : `documents_${sort}`
        const start = place === 'folder' ? 'folder=? AND shelf=?' : 'shelf=?'
        const bound = `(${columns[sort]},id)${order === 'ascending' ? '>' : '<'}(?,?)`
        const search = `SEARCH documents USING INDEX ${index} (${start} AND ${bound})`
        expect(planOf(pageQuery(query, { type: 'order' }))).toEqual([search])
        const filtered = { ...query, title: 'a', tag: 'b' }
        const plan = planOf(pageQuery(filtered, { type: 'order' }))
        expect(plan).toContain(search)
        expect(plan.filter((line) => /TEMP B-TREE|SCAN documents/.test(line))).toEqual([])
        expect(planOf(scanEndQuery(filtered))).toEqual([
          `SEARCH documents USING COVERING INDEX ${index} (${start} AND ${bound})`,
        ])
      }
    }
  }
  const few: readonly [Source, string][] = [
    [{ type: 'stars', by: 'guest:ann' }, 'SEARCH stars USING PRIMARY KEY (actor=?)'],
    [{ type: 'pins' }, 'SEARCH documents USING COVERING INDEX documents_pinned (shelf=?)'],
    [{ type: 'tag', tag: 'plan' }, 'SEARCH document_tags USING PRIMARY KEY (tag=?)'],
    [
      { type: 'author', author: 'guest:ann' },
      'SEARCH documents USING COVERING INDEX documents_by_author (created_by=?)',
    ],
  ]
  const query = { trashed: false, title: null, limit: 50, after: null }
  for (const [source, search] of few) {
    expect(planOf(pageQuery(query, source))).toEqual([
      search,
      'SEARCH documents USING PRIMARY KEY (id=?)',
      'USE TEMP B-TREE FOR ORDER BY',
    ])
  }
  database.close()
  expect(hasFilters(query)).toBe(false)
})

test('few that fit among thousands that do not are all found, over pages that end early', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const count = 4_500
  await Promise.all(
    range(count).map((number) =>
      storage.documents.create(
        draft({
          id: documentId(`d${number}`),
          title: number % 1_499 === 7 ? 'needle' : 'hay',
          createdAt: number,
        }),
      ),
    ),
  )
  for (const sort of sorts) {
    const found: string[] = []
    let pages = 0
    for (let after: DocumentQuery['after'] = null; ; pages++) {
      const page = await storage.documents.list({ trashed: false, title: 'needle', sort, limit: 2, after })
      expect(page.documents.length).toBeLessThanOrEqual(2)
      found.push(...page.documents.map(({ id }) => id))
      if (page.next === null) break
      after = page.next
    }
    expect(found.toSorted()).toEqual(['d1506', 'd3005', 'd7'])
    expect(pages).toBeGreaterThan(0)
  }
  await storage.close()
})
