import type { OpenAPIHono } from '@hono/zod-openapi'
import { limits, type SearchResult } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import { z } from 'zod'
import { marked } from '../search/highlight.ts'
import { type Rank, TooManySearches } from '../search/search.ts'
import {
  MalformedSearch,
  type ParsedSearch,
  parseSearch,
  type SearchFilters,
} from '../search/search-query.ts'
import type { DocumentRecord, FolderRecord } from '../storage/storage.ts'
import { placeIn, placeOf } from './cursor.ts'
import { resources } from './document-resource.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { Refused } from './refused.ts'

const rank = z.tuple([z.number(), z.number(), z.number()])

export function serveSearch(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, access, search } = deps

  async function filtersOf(c: HttpContext, { folders, ...parsed }: ParsedSearch): Promise<SearchFilters> {
    const { tags, author, from, before } = parsed
    const by = author === 'me' ? c.var.actor.id : author
    if (folders.length === 0) return { folders: null, tags, author: by, from, before }
    if (!access.mayOrganise(c.var.actor)) throw new Refused('forbidden')
    const tree = await storage.folders.list()
    const wanted = folders.map((name) => foldersUnder(tree, name))
    // In all of them at once: folders may be inside each other.
    const ids = wanted.reduce((some, others) => some.filter((id) => others.includes(id)))
    return { folders: ids, tags, author: by, from, before }
  }

  api.openapi(routes.search, async (c) => {
    const { q, limit = limits.searchPageSize, cursor } = c.req.valid('query')
    const parsed = parsedOrRefused(q)
    const filters = await filtersOf(c, parsed)
    const list = ['search', parsed, filters]
    let after = cursor === undefined ? null : (placeIn(cursor, list, rank) as Rank)
    const results: { readonly record: DocumentRecord; readonly excerpt: SearchResult['excerpt'] }[] = []
    const wordless = isWordless(q, parsed)
    while (!wordless) {
      const page = await search.index
        .search({ terms: parsed.terms, filters, limit: limit - results.length, after })
        .catch(whenBusy)
      const records = await storage.documents.getMany(page.found.map(({ id }) => id))
      const visible = new Map(
        records
          .filter((record) => record.trashedAt === null && access.roleOf(c.var.actor, record) !== null)
          .map((record) => [record.id, record]),
      )
      for (const { id, excerpt } of page.found) {
        const record = visible.get(id)
        if (record !== undefined) results.push({ record, excerpt: sent(excerpt) })
      }
      after = page.next
      if (after === null || results.length === limit) break
    }
    const documents = await resources(
      c,
      deps,
      results.map(({ record }) => record),
    )
    return c.json(
      {
        results: documents.map((document, index) => ({
          document,
          title: sent(marked(document.title, parsed.terms)),
          excerpt: results[index]?.excerpt ?? { text: '', ranges: [] },
        })),
        next: after === null || wordless ? null : placeOf(after, list),
        complete: search.isComplete,
      },
      200,
    )
  })
}

function parsedOrRefused(q: string): ParsedSearch {
  try {
    return parseSearch(q)
  } catch (error) {
    if (!(error instanceof MalformedSearch)) throw error
    throw new Refused('invalid-request', { errors: [{ path: 'q', message: error.message }] })
  }
}

/** Not empty, and yet nothing is in it that a document could have or not have. */
function isWordless(q: string, { terms, folders, tags, author, from, before }: ParsedSearch): boolean {
  const isFiltered = folders.length + tags.length > 0 || author !== null || from !== null || before !== null
  return q.trim() !== '' && terms.length === 0 && !isFiltered
}

function whenBusy(error: unknown): never {
  if (!(error instanceof TooManySearches)) throw error
  throw new Refused('too-many-requests', { headers: { 'retry-after': '1' } })
}

/** The folders of that id or name, in any case, and all that are in them. */
function foldersUnder(tree: readonly FolderRecord[], name: string): FolderRecord['id'][] {
  const wanted = name.toLowerCase()
  const found = new Set(
    tree.filter((folder) => folder.id === name || folder.name.toLowerCase() === wanted).map(({ id }) => id),
  )
  const children = Map.groupBy(tree, ({ parent }) => parent)
  // A set that grows while it is gone through.
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child.id)
  return [...found]
}

function sent({
  text,
  ranges,
}: {
  readonly text: string
  readonly ranges: readonly (readonly [number, number])[]
}): SearchResult['excerpt'] {
  return { text, ranges: ranges.map(([from, to]) => ({ from, to })) }
}
