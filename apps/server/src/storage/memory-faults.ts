/** What a test does to the memory storage: the weather that a real database has by itself. */
import type { DocumentId } from '@weft/protocol'
import { StorageFailure } from '@weft/sync'

export interface MemoryFaults {
  /** The next write rejects with StorageFailure. `stored`: it was stored, only the answer is lost. */
  failNext(options?: { readonly stored?: boolean }): void
  /** From now on (until `false`) every write rejects for want of space. Reads are served. */
  setFull(full: boolean): void
  /** From now on writes wait before they are stored, until the function that it returns is called. */
  hold(): () => void
  /** What is stored of the document fails its checksum from now on. */
  damage(document: DocumentId): void
}

/** The storage's side of {@link MemoryFaults}. */
export interface FaultyDisk {
  readonly faults: MemoryFaults
  isDamaged(document: DocumentId): boolean
  /** Does `change`, or fails as it was told to. */
  write<Value>(change: () => Value): Promise<Value>
}

export function faultyDisk(): FaultyDisk {
  const failures: { readonly stored: boolean }[] = []
  const damaged = new Set<DocumentId>()
  let full = false
  let held: Promise<void> | null = null

  return {
    faults: {
      failNext: ({ stored = false } = {}) => {
        failures.push({ stored })
      },
      setFull: (now) => {
        full = now
      },
      hold() {
        const { promise, resolve } = Promise.withResolvers<void>()
        held = promise
        return () => {
          if (held === promise) held = null
          resolve()
        }
      },
      damage: (document) => {
        damaged.add(document)
      },
    },
    isDamaged: (document) => damaged.has(document),
    async write(change) {
      while (held !== null) await held
      if (full) throw new StorageFailure('the storage is full', { full: true })
      const failure = failures.shift()
      if (failure?.stored === false) throw new StorageFailure('the write failed', { full: false })
      const value = change()
      if (failure !== undefined) throw new StorageFailure('the answer was lost', { full: false })
      return value
    },
  }
}
