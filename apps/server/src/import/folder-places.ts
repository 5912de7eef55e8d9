/**
 * Folders of an archive as folders here, made when the first document needs one. One that is there under the same
 * name in the same place is used. Where there may be no more folders, or none so deep, documents stay above.
 */
import { type Actor, type FolderId, limits, parseFolderId } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import { freshId } from '../fresh-id.ts'
import type { FolderStore } from '../storage/storage.ts'

export interface FolderPlaces {
  /** Where the folder at `path` is now; `isThere`: not merely one above it. */
  of(path: string): Promise<FolderPlace>
}

export interface FolderPlace {
  readonly folder: FolderId | null
  readonly isThere: boolean
}

export interface FolderPlacesOptions {
  readonly folders: FolderStore
  readonly timers: Timers
  readonly actor: Actor
  /** Everything goes below it; `null`: to the top. */
  readonly into: FolderId | null
  /** What folders are called, where their path in the archive says less. */
  readonly names: ReadonlyMap<string, string>
}

export function folderPlaces(options: FolderPlacesOptions): FolderPlaces {
  const places = new Map<string, Promise<FolderPlace>>()
  let known: Promise<Map<string, FolderId>> | null = null

  function all(): Promise<Map<string, FolderId>> {
    known ??= options.folders
      .list()
      .then((folders) => new Map(folders.map(({ id, name, parent }) => [keyOf(parent, name), id])))
    return known
  }

  function of(path: string): Promise<FolderPlace> {
    if (path === '.' || path === '') return Promise.resolve({ folder: options.into, isThere: true })
    const place = places.get(path) ?? make(path)
    places.set(path, place)
    return place
  }

  async function make(path: string): Promise<FolderPlace> {
    const cut = path.lastIndexOf('/')
    const above = await of(cut === -1 ? '' : path.slice(0, cut))
    const name = nameFrom(options.names.get(path) ?? path.slice(cut + 1))
    if (!above.isThere || name === '') return { ...above, isThere: false }
    const found = (await all()).get(keyOf(above.folder, name))
    const folder = found ?? (await create(above.folder, name))
    return folder === null ? { ...above, isThere: false } : { folder, isThere: true }
  }

  /** `null`: there may be no such folder. */
  async function create(parent: FolderId | null, name: string): Promise<FolderId | null> {
    const createdAt = options.timers.now()
    const draft = { id: freshFolderId(), name, parent, createdBy: options.actor.id, createdAt }
    const made = await options.folders.create(draft)
    if ('id' in made) return made.id
    if (made.refused !== 'exists') return null
    // Somebody else was just quicker.
    known = null
    return (await all()).get(keyOf(parent, name)) ?? null
  }

  return { of }
}

function keyOf(parent: FolderId | null, name: string): string {
  return `${parent ?? ''}/${name}`
}

function nameFrom(segment: string): string {
  return segment
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .toWellFormed()
    .trim()
    .slice(0, limits.folderNameLength)
    .replace(/[\ud800-\udbff]$/, '')
    .trim()
}

function freshFolderId(): FolderId {
  const id = parseFolderId(freshId())
  if (id === null) throw new TypeError('a fresh id is no folder id')
  return id
}
