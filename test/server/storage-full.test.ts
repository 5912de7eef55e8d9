/** A disk that is full or fails: nothing is acknowledged that is not stored, and reading goes on. */
import { spawnSync } from 'node:child_process'
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { StorageFailure } from '@weft/sync'
import { expect, test } from 'vitest'
import { documentId, draft, entry, range, texts } from '../contract/adapter.ts'
import { diskNote, fillUp, smallDisk, withoutDisks } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const hasLimits = spawnSync('sh', ['-c', 'ulimit -S -f 1000']).status === 0

test.skipIf(withoutDisks !== null)(
  `a full disk refuses writes, serves reads, and goes on when there is space${diskNote}`,
  async () => {
    await using disk = await smallDisk(160)
    const warnings: string[] = []
    const storage = await openSqlite({
      folder: disk.path,
      timers: realTimers,
      reporter: { warn: (event) => warnings.push(event) },
    })
    expect(warnings).toEqual(['disk-nearly-full'])
    const documents = range(4).map((number) => documentId(`document-on-a-small-disk-${number}`))
    for (const id of documents) await storage.documents.create(draft({ id, first: entry('first') }))

    const filler = join(disk.path, 'filler')
    await fillUp(filler)
    const stored = new Map(documents.map((id) => [id, ['first']]))
    const failures: unknown[] = []
    async function appendToAll(round: string): Promise<void> {
      await Promise.all(
        documents.map(async (id) => {
          const text = `${round} ${'x'.repeat(20_000)}`
          await storage.updates.append(id, [entry(text)]).then(
            () => stored.get(id)?.push(text),
            (error: unknown) => failures.push(error),
          )
        }),
      )
    }
    // The write-ahead log may have room left; then it must be true that what is acknowledged is stored.
    for (let round = 0; failures.length < 20 && round < 1_000; round++) await appendToAll(`${round}`)
    expect(failures.length).toBeGreaterThanOrEqual(20)
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(StorageFailure)
      expect(failure).toMatchObject({ full: true })
    }
    for (const [id, expected] of stored)
      expect(texts((await storage.updates.read(id, 0)).updates)).toEqual(expected)
    expect(
      (await storage.documents.list({ trashed: false, title: null, limit: 9, after: null })).documents,
    ).toHaveLength(4)

    await rm(filler)
    failures.length = 0
    for (const round of range(5)) await appendToAll(`again ${round}`)
    await storage.probe()
    expect(failures).toEqual([])
    await storage.close()

    const reopened = await openSqlite({ folder: disk.path, timers: realTimers })
    for (const [id, expected] of stored)
      expect(texts((await reopened.updates.read(id, 0)).updates)).toEqual(expected)
    await reopened.close()
  },
)

test.skipIf(withoutDisks !== null)(
  `a disk with less than 100 MiB left is not opened, and says how much there is${diskNote}`,
  async () => {
    await using disk = await smallDisk(60)
    const opening = openSqlite({ folder: join(disk.path, 'data'), timers: realTimers })
    await expect(opening).rejects.toThrow(/is full: (59|60) MiB are free, 100 are needed/)
    await expect(opening).rejects.toMatchObject({ name: 'StorageFailure', full: true })
  },
)

test.skipIf(withoutDisks !== null)(`a disk that is mounted read-only is not opened${diskNote}`, async () => {
  await using disk = await smallDisk(160)
  if (disk === null) throw new Error('could mount before')
  expect(spawnSync('mount', ['-o', 'remount,ro', disk.path]).status).toBe(0)
  const opening = openSqlite({ folder: disk.path, timers: realTimers })
  await expect(opening).rejects.toThrow(/cannot be written: .*EROFS/)
})

test('a data folder that cannot be made is refused by name', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'file')
  await writeFile(file, '')
  const opening = openSqlite({ folder: join(file, 'data'), timers: realTimers })
  await expect(opening).rejects.toThrow(`The data folder ${join(file, 'data')} cannot be made: ENOTDIR`)
  await expect(opening).rejects.toBeInstanceOf(StorageFailure)
})

test.skipIf(!hasLimits)(
  `after an I/O error nothing is acknowledged until the database is opened again${hasLimits ? '' : ' (skipped: it needs ulimit -f)'}`,
  async () => {
    await using folder = await temporaryFolder()
    const program = fileURLToPath(new URL('./storage-file-limit.ts', import.meta.url))
    // 16 or 32 MiB, whatever the shell counts in: the append of 32 MiB is one byte too many at least.
    const command = `ulimit -S -f 32768; exec "$0" "$@"`
    const child = spawnSync('sh', ['-c', command, process.execPath, program, folder.path], {
      encoding: 'utf8',
    })
    expect(child.stderr).toBe('')
    expect(JSON.parse(child.stdout)).toEqual({
      before: 'stored at 1',
      large: 'failed, full: false',
      beside: 'failed, full: false',
      after: ['failed, full: false', 'failed, full: false', 'failed, full: false'],
      probe: 'failed',
      told: 'StorageFailure',
      read: ['small'],
      title: 'string',
    })
    const storage = await openSqlite({ folder: folder.path, timers: realTimers })
    const id = documentId('document')
    expect(texts((await storage.updates.read(id, 0)).updates)).toEqual(['small'])
    expect(await storage.updates.append(id, [entry('again')])).toBe(2)
    await storage.close()
    expect((await stat(join(folder.path, 'weft.sqlite'))).size).toBeLessThan(1024 * 1024)
  },
)
