/**
 * A zip archive, read where it lies. What it says of itself is not believed: names lead nowhere else, sizes are held
 * against what comes out, and all of it together has a bound, which is what a bomb cannot get around.
 */
import { type ImportFailure, limits } from '@weft/protocol'
import { type Entry, getFileNameLowLevel, openPromise, validateFileName, type ZipFile } from 'yauzl'
import { MalformedArchive, type Source, type SourceFile } from './source.ts'

/** Rejects with {@link MalformedArchive}. */
export async function openZipArchive(path: string): Promise<Source> {
  const zip = await openPromise(path, {
    autoClose: false,
    lazyEntries: true,
    // Names are read one by one here: a bad one shall not spoil the others.
    decodeStrings: false,
    validateEntrySizes: true,
  }).catch((cause: unknown) => {
    throw malformed(cause)
  })
  try {
    return { ...(await contentsOf(zip)), close: async () => zip.close() }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function contentsOf(zip: ZipFile): Promise<Pick<Source, 'files' | 'faults'>> {
  if (zip.entryCount > limits.importFiles)
    throw new MalformedArchive(`It holds more than ${limits.importFiles} files.`)
  const files = new Map<string, SourceFile>()
  const faults: { path: string; reason: ImportFailure }[] = []
  let unpacked = 0
  let named = 0
  const read = async () => {
    for await (const entry of zip.eachEntry()) {
      const path = nameOf(entry)
      named += path.length
      if (named > limits.importPathsLength)
        throw new MalformedArchive(`Its paths have more than ${limits.importPathsLength} characters.`)
      if (path.endsWith('/')) continue
      const reason = faultOf(entry, path, files)
      if (reason !== null) {
        faults.push({ path: path.slice(0, limits.importPathLength), reason })
        continue
      }
      unpacked += entry.uncompressedSize
      if (unpacked > limits.importUnpackedBytes)
        throw new MalformedArchive(`Unpacked it has more than ${limits.importUnpackedBytes} bytes.`)
      files.set(path, {
        path,
        bytes: entry.uncompressedSize,
        open: () => zip.openReadStreamPromise(entry),
      })
    }
  }
  await read().catch((error: unknown) => {
    throw error instanceof MalformedArchive ? error : malformed(error)
  })
  return { files: [...files.values()], faults }
}

/** Some programs write UTF-8 and do not say so: what can be that, is that. */
function nameOf(entry: Entry): string {
  const raw = entry.fileNameRaw
  const flag = isUtf8(raw) ? entry.generalPurposeBitFlag | utf8Flag : entry.generalPurposeBitFlag
  return getFileNameLowLevel(flag, raw, entry.extraFields, false).normalize('NFC')
}

const utf8Flag = 0x800

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function faultOf(entry: Entry, path: string, others: ReadonlyMap<string, unknown>): ImportFailure | null {
  if (!isSafe(path)) return 'unsafe-path'
  if (isLink(entry)) return 'symbolic-link'
  if (entry.isEncrypted()) return 'encrypted'
  // A second file of the same name, or packed in a way that nobody uses.
  if (others.has(path) || !entry.canDecodeFileData()) return 'damaged'
  return null
}

function isSafe(path: string): boolean {
  const segments = path.split('/')
  return (
    path.length <= limits.importPathLength &&
    validateFileName(path) === null &&
    segments.every((segment) => segment !== '' && segment !== '.' && !/\p{Cc}/u.test(segment))
  )
}

/** As Unix writes it: the file's mode in the upper half of its attributes. */
function isLink({ versionMadeBy, externalFileAttributes }: Entry): boolean {
  const madeOnUnix = [3, 19].includes(versionMadeBy >>> 8)
  return madeOnUnix && ((externalFileAttributes >>> 16) & 0o170000) === 0o120000
}

function malformed(cause: unknown): MalformedArchive {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new MalformedArchive(`It cannot be read as a zip archive: ${message}`, { cause })
}
