import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Actor, ImportResource } from '@weft/protocol'
import { apiBase, routes } from '@weft/protocol/routes'
import { z } from 'zod'
import { freshId } from '../fresh-id.ts'
import { formatOf } from '../import/file-format.ts'
import { type EndedImport, TooManyImports } from '../import/imports.ts'
import type { ImportRecord, ReceivedFile } from '../storage/storage.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { spend } from './guards.ts'
import { folderIdOf } from './places.ts'
import { Refused } from './refused.ts'
import { repeatOf } from './repeatable.ts'
import { uploadedBytes } from './uploads.ts'

export function serveImports(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { imports, rates, access, importBytes } = deps
  const { attachments, folders } = deps.storage

  api.openapi(routes.importFile, async (c) => {
    await spend(c, rates.import)
    const before = await earlierTime(c)
    if (before !== null && !endedEarly.includes(before.record.state)) {
      c.header('idempotent-replayed', 'true')
      return answer(c, before)
    }
    const { name, folder } = c.req.valid('query')
    const sent = name ?? nameByType(c)
    const mayOrganise = access.mayOrganise(c.var.actor)
    const into = folder === undefined ? null : folderIdOf(folder)
    if (into !== null && (await folders.get(into)) === null) throw new Refused('no-such-folder')
    const file = await attachments.receive(uploadedBytes(c, importBytes), importBytes)
    try {
      const isArchive = isZip(file, sent)
      if (!isArchive && (sent === null || formatOf(sent) === null)) throw unknownSort(sent)
      const id = before?.record.id ?? freshId()
      if (before === null) await repeatOf(c).note(noteOf({ isArchive, id }))
      const { record, ended } = await imports.start({
        ...{ id, file, name: sent, isArchive, into, mayOrganise },
        actor: c.var.actor,
      })
      return answer(c, { isArchive, ...(isArchive ? { record, error: null } : await ended) })
    } catch (error) {
      await attachments.discard(file)
      if (error instanceof TooManyImports)
        throw new Refused('too-many-requests', { headers: { 'retry-after': '30' } })
      throw error
    }
  })

  api.openapi(routes.getImport, async (c) => {
    return c.json(resource(await own(c.req.valid('param').import, c.var.actor)), 200)
  })

  api.openapi(routes.cancelImport, async (c) => {
    const isThere = await imports.cancel(c.req.valid('param').import, c.var.actor)
    if (!isThere) throw new Refused('not-found')
    return c.body(null, 204)
  })

  async function own(id: string, actor: Actor): Promise<ImportRecord> {
    const record = await imports.get(id, actor)
    if (record === null) throw new Refused('not-found')
    return record
  }

  /** What the same request began when it came before; `null`: nothing that is still known. */
  async function earlierTime(c: HttpContext): Promise<Answered | null> {
    const { noted } = repeatOf(c)
    if (noted === null) return null
    const { isArchive, id } = noteFormat.parse(JSON.parse(noted))
    const record = await imports.get(id, c.var.actor)
    return record === null ? null : { isArchive, record, error: null }
  }

  function answer(c: HttpContext, { isArchive, record, error }: Answered) {
    if (isArchive) return c.json(resource(record), 202, { location: `${apiBase}/imports/${record.id}` })
    if (error !== null) throw error
    const [document] = record.report.created
    if (document !== undefined) {
      return c.json(resource(record), 201, { location: `${apiBase}/documents/${document.id}` })
    }
    const [failure] = record.report.failures
    if (failure === undefined) throw new Refused('restarting', { headers: { 'retry-after': '5' } })
    throw new Refused('not-importable', { detail: `${why[failure.reason]} (${failure.reason})` })
  }
}

interface Answered extends EndedImport {
  readonly isArchive: boolean
}

const noteFormat = z.object({ isArchive: z.boolean(), id: z.string() })

function noteOf(note: z.output<typeof noteFormat>): string {
  return JSON.stringify(note)
}

/** Without having done all that it could. */
const endedEarly: readonly ImportRecord['state'][] = ['interrupted', 'failed']

const interrupted =
  'The server ended in the middle. Send the same file with the same `Idempotency-Key` again, and it goes on.'

/** For files that come without a name, as from a pipe. */
function nameByType(c: HttpContext): string | null {
  const [type = ''] = (c.req.header('content-type') ?? '').toLowerCase().split(';')
  const ending = endings[type.trim()]
  return ending === undefined ? null : `Untitled${ending}`
}

const endings: Readonly<Record<string, string>> = {
  'text/markdown': '.md',
  'text/plain': '.txt',
  'text/html': '.html',
}

/** By its first bytes. Other formats are zip archives too, by names of their own. */
function isZip({ head }: ReceivedFile, name: string | null): boolean {
  const isArchive = head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)
  return isArchive && (name === null || /\.zip$/i.test(name) || formatOf(name) !== null)
}

function unknownSort(name: string | null): Refused {
  const what = name === null ? 'A file without a name' : `A file called ${name}`
  return new Refused('not-importable', {
    detail: `${what} is none of those that become documents. Say by ?name= or content-type what it is.`,
  })
}

const why: Readonly<Record<ImportResource['failures'][number]['reason'], string>> = {
  unused: 'It is no document, and none mentions it.',
  'not-text': 'It holds bytes that are no text.',
  'not-utf-8': 'It is neither UTF-8 nor UTF-16.',
  'too-large': 'It is too large.',
  'too-long': 'Its text is longer than a document may be.',
  encrypted: 'It is encrypted.',
  'symbolic-link': 'It is a link to another file.',
  'unsafe-path': 'Its path leads out of the archive, or is none.',
  damaged: 'It cannot be read.',
  'not-convertible': 'It cannot be converted.',
  'too-slow': 'Converting it takes too long.',
  'attachments-full': 'The document has no room for it.',
}

function resource({ id, state, startedAt, endedAt, report }: ImportRecord): ImportResource {
  return {
    id,
    state,
    ...report,
    reason: state === 'interrupted' ? interrupted : report.reason,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
  }
}
