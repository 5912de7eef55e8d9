/** A disk of a few megabytes, which a test may fill up. */
import { spawnSync } from 'node:child_process'
import { open } from 'node:fs/promises'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts'

/** Why there can be none here; `null` where there can. */
export const withoutDisks: string | null = await findOut()

/** For the names of tests that are skipped without one. */
export const diskNote = withoutDisks === null ? '' : ` (skipped: ${withoutDisks})`

export async function smallDisk(megabytes: number): Promise<TemporaryFolder> {
  const folder = await temporaryFolder()
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder.path]
  const { status, stderr } = spawnSync('mount', options, { encoding: 'utf8' })
  if (status !== 0) {
    await folder[Symbol.asyncDispose]()
    throw new Error(`no disk of ${megabytes} MiB: ${stderr}`)
  }
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      spawnSync('umount', ['--lazy', folder.path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Writes into the file until not one more byte fits on its disk. */
export async function fillUp(file: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (const size of [1024 * 1024, 4096, 1]) {
      const bytes = new Uint8Array(size)
      for (let written = size; written === size; ) {
        written = await handle.write(bytes).then(
          ({ bytesWritten }) => bytesWritten,
          () => 0,
        )
      }
    }
  } finally {
    await handle.close()
  }
}

async function findOut(): Promise<string | null> {
  try {
    const disk = await smallDisk(1)
    await disk[Symbol.asyncDispose]()
    return null
  } catch {
    return 'it needs a small disk, and this process may not mount one'
  }
}
