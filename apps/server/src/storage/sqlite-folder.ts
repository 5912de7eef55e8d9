/** The data folder: is it there, does the disk take writes, is there room? Found out before anything is opened. */
import { mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageFailure } from '@weft/sync'

const MiB = 1024 * 1024

/** Below this nothing is opened: a full disk is easier to repair while nobody writes. */
const refuseBelowBytes = 100 * MiB
/** Below this the operator is warned. */
export const warnBelowBytes = 1024 * MiB

/** Makes the folder if need be; resolves with the free bytes. Rejects with {@link StorageFailure} in an operator's words. */
export async function prepareFolder(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new StorageFailure(`The data folder ${folder} cannot be made: ${reason(cause)}`, {
      full: false,
      cause,
    })
  })
  const free = await freeBytes(folder)
  if (free < refuseBelowBytes)
    throw new StorageFailure(
      `The disk of ${folder} is full: ${Math.floor(free / MiB)} MiB are free, ${refuseBelowBytes / MiB} are needed`,
      { full: true },
    )
  await writeAndForget(join(folder, `.write-check-${process.pid}`)).catch((cause: unknown) => {
    throw new StorageFailure(`The data folder ${folder} cannot be written: ${reason(cause)}`, {
      full: false,
      cause,
    })
  })
  return free
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Permissions alone do not tell: a disk may be mounted read-only, or refuse to sync. */
async function writeAndForget(file: string): Promise<void> {
  try {
    const handle = await open(file, 'w', 0o600)
    try {
      await handle.writeFile('Weft checks that it can write here.\n')
      await handle.sync()
    } finally {
      await handle.close()
    }
  } finally {
    await rm(file, { force: true })
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
