/** Archives of everything, as programs get and read them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text as textOfStream } from 'node:stream/consumers'
import { openZipArchive } from '@weft/server/import/zip-archive'
import { temporaryFolder } from './temporary-folder.ts'
import type { Weft } from './weft.ts'

/** The archive, which must come whole. */
export async function exported(own: Weft): Promise<Buffer> {
  const answer = await fetch(`${own.url}/api/v1/export`)
  if (answer.status !== 200) throw new Error(await answer.text())
  return Buffer.from(await answer.bytes())
}

/** Path → text, in the order of the archive. */
export async function contentsOf(archive: Uint8Array): Promise<Map<string, string>> {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.zip')
  await writeFile(path, archive)
  const source = await openZipArchive(path)
  const texts = new Map<string, string>()
  for (const file of source.files) texts.set(file.path, await textOfStream(await file.open()))
  await source.close()
  if (source.faults.length > 0) throw new Error(JSON.stringify(source.faults))
  return texts
}
