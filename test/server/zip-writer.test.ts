/** Archives that are written: whole, and as light for many files as for few. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { writeZip, type ZipWriter } from '@weft/server/export/zip-writer'
import { openZipArchive } from '@weft/server/import/zip-archive'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

async function add(zip: ZipWriter, path: string, content: string): Promise<void> {
  const source = Readable.from([Buffer.from(content)])
  const read = finished(source)
  zip.addFile(path, {}, source)
  await read
}

it.each([0, 1, 1_100])('an archive of %i files is read as it was written', async (files) => {
  await using folder = await temporaryFolder()
  const zip = writeZip()
  const bytes = buffer(zip.output)
  for (let n = 0; n < files; n++) zip.addFolder(`folder ${n}`)
  for (let n = 0; n < files; n++) await add(zip, `folder ${n}/${n}.md`, `# ${n}`)
  zip.end()
  const path = join(folder.path, 'a.zip')
  await writeFile(path, await bytes)
  const source = await openZipArchive(path)
  expect(source.faults).toEqual([])
  expect(source.files).toHaveLength(files)
  for (const [n, file] of source.files.entries()) {
    expect(file.path).toBe(`folder ${n}/${n}.md`)
    expect(await text(await file.open())).toBe(`# ${n}`)
  }
  await source.close()
})

it('of more files than 16 bits can count, the archive says how many', async () => {
  const zip = writeZip()
  const bytes = buffer(zip.output)
  for (let n = 0; n < 70_000; n++) zip.addFolder(`${n}`)
  zip.end()
  const end = await bytes
  const place = end.lastIndexOf('PK\x06\x06', undefined, 'latin1')
  expect(end.readBigUInt64LE(place + 32)).toBe(70_000n)
  expect(end.readBigUInt64LE(place + 48) + end.readBigUInt64LE(place + 40)).toBe(BigInt(place))
})

it('nothing is kept of a file that is written', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const zip = writeZip()
  zip.output.resume()
  const held = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    return process.memoryUsage().arrayBuffers
  }
  await add(zip, 'first.md', 'first')
  const before = await held()
  for (let n = 0; n < 2_000; n++) await add(zip, `${n}.md`, `# ${n}`)
  expect((await held()) - before).toBeLessThan(10 * 1024 * 1024)
})
