import { createReadStream } from 'node:fs'
import type { ReceivedFile } from '../storage/storage.ts'
import type { Source } from './source.ts'

/** A file that was sent by itself. */
export function singleFile({ path, bytes }: ReceivedFile, name: string): Source {
  return {
    files: [{ path: name.normalize('NFC'), bytes, open: async () => createReadStream(path) }],
    faults: [],
    close: async () => {},
  }
}
