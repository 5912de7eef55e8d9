/**
 * What this device keeps of documents, in IndexedDB, so that edits outlive a closed tab.
 *
 * `updates` holds every update of a document, the server's too: a page that opens without a connection shows the
 * whole text. `unsent` names the edits among them that no receipt covers yet; a row of it is written in the
 * transaction of its updates and deleted only by a tab that holds those edits and had them receipted. So two tabs
 * of one document never take each other's edits for sent.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

export interface DeviceStore {
  read(document: string, lineage: string): Promise<DeviceRead>
  /** Resolves when the browser has completed it, with the keys of what was written. */
  write(document: string, lineage: string, batch: Batch): Promise<Written>
  /** The edits under these keys are receipted. */
  forgetUnsent(keys: readonly number[]): Promise<void>
  close(): void
}

interface DeviceRead {
  readonly updates: readonly Uint8Array[]
  readonly rows: readonly number[]
  readonly unsent: readonly Unsent[]
}

export interface Unsent {
  readonly key: number
  readonly edits: number
}

interface Batch {
  readonly updates: readonly Uint8Array[]
  /** How many of them are edits that no receipt covers. */
  readonly edits: number
  readonly at: number
  /** Rows that `updates` make superfluous. */
  readonly replaces: readonly number[]
}

interface Written {
  readonly row: number
  readonly unsent: Unsent | null
}

/** Edits of one document that wait on this device. Other `lineage` than the document has now: it was replaced meanwhile. */
export interface UnsentDocument {
  readonly document: string
  readonly lineage: string
  readonly edits: number
  /** Milliseconds since 1970, of the oldest. */
  readonly since: number
}

interface Schema extends DBSchema {
  updates: {
    key: number
    value: { document: string; lineage: string; updates: readonly Uint8Array[] }
    indexes: { document: string }
  }
  unsent: {
    key: number
    value: { document: string; lineage: string; edits: number; at: number }
    indexes: { document: string }
  }
}

export async function openDeviceStore(): Promise<DeviceStore> {
  const database = await open()
  return {
    read: (document, lineage) => read(database, document, lineage),
    write: (document, lineage, batch) => write(database, document, lineage, batch),
    forgetUnsent: (keys) => deleteAll(database, 'unsent', keys),
    close: () => database.close(),
  }
}

/** Every document with edits that were never receipted, oldest first. */
export async function unsentDocuments(): Promise<readonly UnsentDocument[]> {
  const rows = await withDatabase((database) => database.getAll('unsent'))
  const found = new Map<string, UnsentDocument>()
  for (const { document, lineage, edits, at } of rows) {
    const key = `${document} ${lineage}`
    const known = found.get(key)
    found.set(key, {
      document,
      lineage,
      edits: edits + (known?.edits ?? 0),
      since: Math.min(at, known?.since ?? at),
    })
  }
  return [...found.values()].sort((a, b) => a.since - b.since)
}

/** Drops all that this device keeps of a document, unsent edits too. */
export async function forgetDocument(id: string): Promise<void> {
  await withDatabase(async (database) => {
    for (const name of ['updates', 'unsent'] as const)
      await deleteAll(database, name, await database.getAllKeysFromIndex(name, 'document', id))
  })
}

async function withDatabase<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  const database = await open()
  try {
    return await work(database)
  } finally {
    database.close()
  }
}

function open(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>('weft', 1, {
    upgrade(database) {
      for (const name of ['updates', 'unsent'] as const)
        database.createObjectStore(name, { autoIncrement: true }).createIndex('document', 'document')
    },
    // A newer page must not wait for this one.
    blocking: (_current, _blocked, event) => {
      const { target } = event
      if (target instanceof IDBDatabase) target.close()
    },
  })
}

async function read(database: IDBPDatabase<Schema>, document: string, lineage: string): Promise<DeviceRead> {
  const transaction = database.transaction(['updates', 'unsent'])
  const updates = transaction.objectStore('updates').index('document')
  const unsent = transaction.objectStore('unsent').index('document')
  const [rowKeys, rows, unsentKeys, unsentRows] = await Promise.all([
    updates.getAllKeys(document),
    updates.getAll(document),
    unsent.getAllKeys(document),
    unsent.getAll(document),
    transaction.done,
  ])
  const ours = keyed(rowKeys, rows).filter(({ value }) => value.lineage === lineage)
  const waiting = keyed(unsentKeys, unsentRows)
  // An older lineage stays only for the unsent edits in it: they wait to be rescued by hand.
  const rescue = new Set(waiting.map(({ value }) => value.lineage)).add(lineage)
  const stale = keyed(rowKeys, rows).filter(({ value }) => !rescue.has(value.lineage))
  await deleteAll(
    database,
    'updates',
    stale.map(({ key }) => key),
  )
  return {
    updates: ours.flatMap(({ value }) => value.updates),
    rows: ours.map(({ key }) => key),
    unsent: waiting
      .filter(({ value }) => value.lineage === lineage)
      .map(({ key, value }) => ({ key, edits: value.edits })),
  }
}

async function write(
  database: IDBPDatabase<Schema>,
  document: string,
  lineage: string,
  batch: Batch,
): Promise<Written> {
  // 'strict' asks for the disk, not only for the system's cache; worth its price for what exists nowhere else.
  const durability = batch.edits > 0 ? 'strict' : 'relaxed'
  const transaction = database.transaction(['updates', 'unsent'], 'readwrite', { durability })
  const updates = transaction.objectStore('updates')
  const unsent = { document, lineage, edits: batch.edits, at: batch.at }
  const [row, key] = await Promise.all([
    updates.add({ document, lineage, updates: batch.updates }),
    batch.edits > 0 ? transaction.objectStore('unsent').add(unsent) : null,
    ...batch.replaces.map((replaced) => updates.delete(replaced)),
    transaction.done,
  ])
  return { row, unsent: key === null ? null : { key, edits: batch.edits } }
}

async function deleteAll(
  database: IDBPDatabase<Schema>,
  name: 'updates' | 'unsent',
  keys: readonly number[],
): Promise<void> {
  if (keys.length === 0) return
  const transaction = database.transaction(name, 'readwrite')
  await Promise.all([...keys.map((key) => transaction.store.delete(key)), transaction.done])
}

function keyed<V>(keys: readonly number[], values: readonly V[]): { key: number; value: V }[] {
  return values.flatMap((value, index) => {
    const key = keys[index]
    return key === undefined ? [] : [{ key, value }]
  })
}
