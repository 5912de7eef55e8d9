/** Titles that were folded otherwise by an earlier version are found and sorted as others. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { realTimers } from '@weft/server/clock'
import { migrations } from '@weft/server/storage/migrations'
import { openSqlite } from '@weft/server/storage/sqlite'
import type { PageMark } from '@weft/server/storage/storage'
import { expect, it } from 'vitest'
import { draft } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const titles = ['İstanbul', 'istanbul', 'İ'.repeat(150), `${'i'.repeat(100)}z`, 'Isparta', 'STRAẞE', 'x']
const noWords = { whole: '', bytes: '', keyed: '', inOrder: '' }

it('a title with İ or ẞ is found with i or ss, also one of an earlier version, and every page is in order', async () => {
  await using folder = await temporaryFolder()
  const before = await openSqlite({ folder: folder.path, timers: realTimers })
  for (const title of titles) await before.documents.create(draft({ title }))
  await before.close()
  const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
  database.exec(
    `UPDATE documents SET title_folded = 'i\u0307stanbul', title_key = 'i\u0307stanbul' WHERE title = 'İstanbul';
     UPDATE documents SET title_folded = 'straße', title_key = 'straße' WHERE title = 'STRAẞE';
     UPDATE documents SET title_folded = replace(title, 'İ', 'i\u0307'), title_key = substr(replace(title, 'İ', 'i\u0307'), 1, 100)
     WHERE title LIKE 'İİ%'`,
  )
  const migration = migrations.find(({ name }) => name === 'titles with İ and ẞ')
  for (const statement of migration?.statements(noWords) ?? []) database.exec(statement)
  database.close()

  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const list = async (title: string | null) => {
    const found: string[] = []
    for (let after: PageMark | null = null; ; ) {
      const page = await storage.documents.list({ trashed: false, title, sort: 'title', limit: 1, after })
      found.push(...page.documents.map((record) => record.title))
      if (page.next === null) return found
      after = page.next
    }
  }
  expect((await list('istan')).toSorted()).toEqual(['istanbul', 'İstanbul'])
  expect((await list('İSTAN')).toSorted()).toEqual(['istanbul', 'İstanbul'])
  for (const part of ['strasse', 'straße', 'Aẞ']) expect(await list(part)).toEqual(['STRAẞE'])
  const all = await list(null)
  expect(all).toHaveLength(titles.length)
  expect(new Set(all.slice(0, 2))).toEqual(new Set(['İ'.repeat(150), `${'i'.repeat(100)}z`]))
  expect(all.slice(2)).toEqual(['Isparta', ...all.slice(3, 5), 'STRAẞE', 'x'])
  await storage.close()
})
