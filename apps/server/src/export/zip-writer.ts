/**
 * A zip archive of any number of files. By itself, yazl looks through all files after each one, keeps what each was read
 * from, and lists all of them in one go at the end. Here a file is taken out of its hands when it is written, and what
 * the list is to say of it is all that is kept.
 */
import type { Readable } from 'node:stream'
import { ZipFile } from 'yazl'

export interface ZipWriter {
  readonly output: NodeJS.ReadableStream
  addFolder(path: string): void
  /** One after the other: the one before must have been read to its end. */
  addFile(path: string, options: FileOptions, source: Readable): void
  onError(failed: (error: unknown) => void): void
  /** No more is added. */
  end(): void
}

export interface FileOptions {
  readonly mtime?: Date
  readonly compress?: boolean
}

declare module 'yazl' {
  interface ZipFile {
    entries: Entry[]
  }
}

/** As yazl has it. */
interface Entry {
  readonly state: number
  getCentralDirectoryRecord(): Buffer
}

const isWritten = 3
/** Small buffers lie in larger ones, each of which a single one of them keeps: they are copied together in time. */
const recordsAtOnce = 512

export function writeZip(): ZipWriter {
  const zip = new ZipFile()
  let written = 0
  const lists: Buffer[] = []
  let records: Buffer[] = []

  function takeWritten(): void {
    for (let [entry] = zip.entries; entry !== undefined && entry.state >= isWritten; [entry] = zip.entries) {
      zip.entries.shift()
      written++
      records.push(entry.getCentralDirectoryRecord())
      if (records.length < recordsAtOnce) continue
      lists.push(Buffer.concat(records))
      records = []
    }
  }

  return {
    output: zip.outputStream,
    addFolder(path) {
      takeWritten()
      zip.addEmptyDirectory(path)
    },
    addFile(path, options, source) {
      takeWritten()
      zip.addReadStreamLazy(path, options, (give) => give(null, source))
    },
    onError(failed) {
      zip.on('error', failed)
    },
    end() {
      const last = zip.entries
      const taken = [...lists, ...records].map((list) => entryOf(list))
      // What is counted is its length, what is listed is what it goes through.
      zip.entries = Object.assign([...Array<Entry>(written).fill(entryOf(Buffer.alloc(0))), ...last], {
        forEach: (list: (entry: Entry) => void) => [...taken, ...last].forEach(list),
      })
      zip.end()
    },
  }
}

function entryOf(list: Buffer): Entry {
  return { state: isWritten, getCentralDirectoryRecord: () => list }
}
