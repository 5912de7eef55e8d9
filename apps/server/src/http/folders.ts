import type { OpenAPIHono } from '@hono/zod-openapi'
import { type FolderId, type FolderResource, limits, mayWrite } from '@weft/protocol'
import { apiBase, routes } from '@weft/protocol/routes'
import { freshId } from '../fresh-id.ts'
import type { FolderChanges, FolderRecord, FolderRefusal } from '../storage/storage.ts'
import { iso } from './document-resource.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { folderIdOf } from './places.ts'
import { Refused } from './refused.ts'
import { madeOnce } from './repeatable.ts'

export function serveFolders(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, access, rooms, timers } = deps
  const { folders, documents } = storage

  function requireRight(c: HttpContext): void {
    if (!access.mayOrganise(c.var.actor)) throw new Refused('forbidden')
  }

  async function found(c: HttpContext, id: string): Promise<FolderRecord> {
    requireRight(c)
    const folder = await folders.get(folderIdOf(id))
    if (folder === null) throw new Refused('not-found')
    return folder
  }

  /** The first documents that stand directly in it, all of which this actor may change. */
  async function documentsIn(c: HttpContext, folder: FolderId) {
    const page = await documents.list({ folder, trashed: false, title: null, limit: 100, after: null })
    const mine = page.documents.filter((record) => {
      const role = access.roleOf(c.var.actor, record)
      return role !== null && mayWrite(role)
    })
    if (mine.length < page.documents.length) throw new Refused('forbidden')
    return mine
  }

  /** Some at a time: others go on writing meanwhile, and what comes in later is taken along. */
  async function empty(c: HttpContext, folder: FolderRecord, how: 'trash' | 'move-up'): Promise<void> {
    const tree = await folders.list()
    const inside = tree.filter(({ parent }) => parent === folder.id)
    if (how === 'move-up') refuseNamesakes(folder, inside, tree)
    else for (const child of inside) await removed(c, child, how)
    for (;;) {
      const some = await documentsIn(c, folder.id)
      if (some.length === 0) break
      await Promise.all(
        some.map(({ id }) =>
          how === 'trash'
            ? documents.trash(id, timers.now(), c.var.actor.id).then(() => rooms.dismiss(id))
            : documents.update(id, { folder: folder.parent }, timers.now(), c.var.actor.id),
        ),
      )
    }
    if (how === 'move-up') await moveUp(folder, inside)
  }

  /** Before anything has moved. */
  function refuseNamesakes(
    folder: FolderRecord,
    inside: readonly FolderRecord[],
    tree: readonly FolderRecord[],
  ): void {
    const names = new Set(inside.map(({ name }) => name))
    const beside = tree.filter(({ id, parent }) => parent === folder.parent && id !== folder.id)
    if (beside.some(({ name }) => names.has(name))) throw new Refused('folder-exists')
  }

  async function moveUp(folder: FolderRecord, inside: readonly FolderRecord[]): Promise<void> {
    // What is called as the folder itself takes its name over.
    if (inside.some(({ name }) => name === folder.name)) await moved(folder.id, { name: freshId() })
    for (const { id } of inside) await moved(id, { parent: folder.parent })
  }

  async function moved(id: FolderId, changes: FolderChanges): Promise<FolderRecord> {
    const folder = await folders.change(id, changes)
    if (folder === null) throw new Refused('not-found')
    return unlessRefused(folder)
  }

  async function removed(c: HttpContext, folder: FolderRecord, how?: 'trash' | 'move-up'): Promise<void> {
    if (how !== undefined) await empty(c, folder, how)
    const refusal = await folders.remove(folder.id)
    if (refusal !== null) throw refused(refusal)
  }

  api.openapi(routes.listFolders, async (c) => {
    requireRight(c)
    return c.json({ folders: (await folders.list()).map(resource) }, 200)
  })

  api.openapi(routes.createFolder, async (c) => {
    requireRight(c)
    const { name, parentId = null } = c.req.valid('json')
    const find = (id: string) => folders.get(folderIdOf(id))
    const make = async (id: string) =>
      unlessRefused(
        await folders.create({
          id: folderIdOf(id),
          name,
          parent: parentId === null ? null : folderIdOf(parentId),
          createdBy: c.var.actor.id,
          createdAt: timers.now(),
        }),
      )
    const folder = resource(await madeOnce(c, find, make))
    return c.json(folder, 201, { location: `${apiBase}/folders/${folder.id}` })
  })

  api.openapi(routes.getFolder, async (c) => {
    return c.json(resource(await found(c, c.req.valid('param').id)), 200)
  })

  api.openapi(routes.changeFolder, async (c) => {
    const { id } = await found(c, c.req.valid('param').id)
    const { name, parentId } = c.req.valid('json')
    const folder = await moved(id, {
      ...(name !== undefined && { name }),
      ...(parentId !== undefined && { parent: parentId === null ? null : folderIdOf(parentId) }),
    })
    return c.json(resource(folder), 200)
  })

  api.openapi(routes.removeFolder, async (c) => {
    await removed(c, await found(c, c.req.valid('param').id), c.req.valid('query').documents)
    return c.body(null, 204)
  })
}

function resource({ id, name, parent, createdAt }: FolderRecord): FolderResource {
  return { id, name, parentId: parent, createdAt: iso(createdAt) }
}

function unlessRefused(folder: FolderRecord | FolderRefusal): FolderRecord {
  if ('refused' in folder) throw refused(folder)
  return folder
}

function refused({ refused: why }: FolderRefusal): Refused {
  switch (why) {
    case 'exists':
      return new Refused('folder-exists')
    case 'no-parent':
      return new Refused('no-such-folder')
    case 'inside-itself':
      return new Refused('folder-inside-itself')
    case 'not-empty':
      return new Refused('folder-not-empty', {
        detail: 'Say with ?documents=trash or ?documents=move-up what becomes of what is in it.',
      })
    case 'too-deep':
      return new Refused('limit-reached', {
        detail: `There can be ${limits.folderDepth} folders inside each other.`,
      })
    case 'too-many':
      return new Refused('limit-reached', { detail: `There can be ${limits.folders} folders.` })
  }
}
