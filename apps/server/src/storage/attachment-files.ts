/**
 * The folder of attachments: a file for each content, named by its SHA-256, in 256 folders by its first two digits.
 *
 * Rule: whoever puts a file in place or takes it away is alone with its digest until the row is written too.
 * Otherwise one could take away what another is just adding again.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { StorageFailure } from '@weft/sync'
import { AttachmentDamaged, FileTooLarge, type OpenFile, type ReceivedFile } from './attachments.ts'

export interface AttachmentFiles {
  receive(bytes: AsyncIterable<Uint8Array>, mostBytes: number): Promise<ReceivedFile>
  discard(file: ReceivedFile): Promise<void>
  /** Puts it in place, durably, then does `work`, alone with this content. */
  keep<Value>(file: KeptFile, work: () => Promise<Value>): Promise<Value>
  /** As {@link keep}, with many at once; `work` hears which of their digests are damaged. */
  keepAll<Value>(
    files: readonly KeptFile[],
    work: (damaged: ReadonlySet<string>) => Promise<Value>,
  ): Promise<Value>
  /** Deletes the file unless it is in use. `true`: it did. */
  drop(digest: string, isInUse: () => Promise<boolean>): Promise<boolean>
  open(digest: string, bytes: number): Promise<OpenFile>
  /** All there are, a folder at a time. */
  digests(): AsyncIterable<readonly string[]>
}

/** `path`: where it waits; `null`: it must be in its place. */
export interface KeptFile extends Pick<ReceivedFile, 'digest' | 'bytes'> {
  readonly path: string | null
}

/** What magic bytes are looked for in. */
const headBytes = 4_100

/** Made if it is not there. What a crash left half received is deleted. */
export async function openAttachmentFiles(folder: string): Promise<AttachmentFiles> {
  const incoming = join(folder, 'incoming')
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  const placeOf = (digest: string) => join(folder, digest.slice(0, 2), digest)
  const alone = oneByOne()

  async function write(handle: FileHandle, bytes: AsyncIterable<Uint8Array>, mostBytes: number) {
    const hash = createHash('sha256')
    const head = new Uint8Array(headBytes)
    let length = 0
    for await (const chunk of bytes) {
      if (length + chunk.length > mostBytes) throw new FileTooLarge(`more than ${mostBytes} bytes`)
      if (length < headBytes) head.set(chunk.subarray(0, headBytes - length), length)
      length += chunk.length
      hash.update(chunk)
      await onDisk(handle.writeFile(chunk))
    }
    await onDisk(handle.sync())
    return { digest: hash.digest('hex'), bytes: length, head: head.slice(0, length) }
  }

  async function putInPlace({ digest, bytes, path }: KeptFile): Promise<void> {
    const place = placeOf(digest)
    await onDisk(mkdir(dirname(place), { recursive: true, mode: 0o700 }))
    // Nothing waits when this content was added before, from the same file.
    if (path !== null && (await moved(path, place))) {
      await onDisk(syncFolder(dirname(place)))
      await onDisk(syncFolder(folder))
    } else await (await openWhole(place, bytes)).close()
  }

  return {
    async receive(bytes, mostBytes) {
      const path = join(incoming, randomUUID())
      const handle = await onDisk(open(path, 'wx', 0o600))
      try {
        return { ...(await write(handle, bytes, mostBytes)), path }
      } catch (error) {
        await rm(path, { force: true })
        throw error
      } finally {
        await handle.close()
      }
    },

    discard: (file) => rm(file.path, { force: true }).catch(() => {}),

    keep: (file, work) =>
      alone(file.digest, async () => {
        await putInPlace(file)
        return work()
      }),

    keepAll(files, work) {
      const damaged = new Set<string>()
      const byDigest = new Map(files.map((file) => [file.digest, file]))
      // Everybody takes them in the same order, so that no two wait for each other.
      const inOrder = [...byDigest.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1))
      const from = (index: number): ReturnType<typeof work> => {
        const file = inOrder[index]
        if (file === undefined) return work(damaged)
        return alone(file.digest, async () => {
          await putInPlace(file).catch((error: unknown) => {
            if (!(error instanceof AttachmentDamaged)) throw error
            damaged.add(file.digest)
          })
          return from(index + 1)
        })
      }
      return from(0)
    },

    drop: (digest, isInUse) =>
      alone(digest, async () => {
        if (await isInUse()) return false
        await onDisk(rm(placeOf(digest), { force: true }))
        return true
      }),

    async open(digest, bytes) {
      const handle = await openWhole(placeOf(digest), bytes)
      return { stream: (start, end) => Readable.toWeb(handle.createReadStream({ start, end })) }
    },

    async *digests() {
      for (const shard of await onDisk(readdir(folder))) {
        if (!/^[\da-f]{2}$/.test(shard)) continue
        const names = await onDisk(readdir(join(folder, shard)))
        yield names.filter((name) => /^[\da-f]{64}$/.test(name))
      }
    },
  }
}

/** The file, if it has the length that it should have. */
async function openWhole(place: string, bytes: number): Promise<FileHandle> {
  const handle = await open(place, 'r').catch((cause: unknown) => {
    if (codeOf(cause) !== 'ENOENT') throw storageFailure(cause)
    throw new AttachmentDamaged(`${place} is missing`, { cause })
  })
  const { size } = await handle.stat()
  if (size === bytes) return handle
  await handle.close()
  throw new AttachmentDamaged(`${place} has ${size} bytes instead of ${bytes}`)
}

/** `false`: it was moved before. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw storageFailure(error)
  }
}

/** A name is as durable as the folder it is in. Windows has no such thing, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function onDisk<Value>(work: Promise<Value>): Promise<Value> {
  return work.catch((cause: unknown) => {
    throw storageFailure(cause)
  })
}

function storageFailure(cause: unknown): StorageFailure {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new StorageFailure(`An attachment cannot be stored: ${message}`, {
    full: codeOf(cause) === 'ENOSPC',
    cause,
  })
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}

/** Work on the same key waits for the one before it, however that ended. */
function oneByOne() {
  const last = new Map<string, Promise<unknown>>()
  return async <Value>(key: string, work: () => Promise<Value>): Promise<Value> => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
