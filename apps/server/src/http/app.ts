/**
 * All of HTTP: what every request passes through, then who serves which path. A request that no line here takes is
 * a 404, and every error is a problem document.
 */
import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import { apiBase, routes } from '@weft/protocol/routes'
import { Hono } from 'hono'
import { serveWebApp } from './assets.ts'
import { serveAttachmentLinks, serveAttachments } from './attachments.ts'
import { serveBulk } from './bulk.ts'
import { serveContent } from './content.ts'
import { serveDocumentEvents } from './document-events.ts'
import { serveDocumentFiles } from './document-files.ts'
import { serveDocumentLists } from './document-list.ts'
import { serveDocuments } from './documents.ts'
import type { HttpDeps, HttpEnv } from './env.ts'
import { serveExports } from './exports.ts'
import { serveFolders } from './folders.ts'
import { admitted, bodyOf, noQuery, paced, plainPath } from './guards.ts'
import { serveHealth } from './health.ts'
import { serveImports } from './imports.ts'
import { serveMe } from './me.ts'
import { methodNotAllowed } from './methods.ts'
import { serveReference } from './reference.ts'
import { problemResponse, Refused, refusalOf } from './refused.ts'
import { keyInHeader, keyOfText, type Repeatable, repeatables } from './repeatable.ts'
import { observed } from './request-log.ts'
import { serveSearch } from './search.ts'
import { secured } from './secured.ts'
import { serveServerEvents } from './server-events.ts'
import { serveTrash } from './trash.ts'
import { afterValidation } from './validation.ts'
import { serveWebhooks } from './webhooks.ts'
import { serveWriting } from './writing.ts'

export function createApp(deps: HttpDeps): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.use(observed(deps))
  app.use(secured)
  app.use(plainPath)
  serveHealth(app, deps)
  app.use(admitted(deps))
  const api = createApi(deps)
  app.route(apiBase, api)
  serveReference(app, api)
  serveAttachmentLinks(app, deps)
  app.all('/api/*', () => {
    throw new Refused('not-found')
  })
  serveDocumentFiles(app, deps)
  serveWebApp(app, deps)
  app.notFound(() => problemResponse(new Refused('not-found')))
  app.onError((error) => {
    const refusal = refusalOf(error)
    if (refusal !== null) return problemResponse(refusal)
    deps.log.error({ err: error }, 'request failed')
    return problemResponse(new Refused('internal-error'))
  })
  return app
}

function createApi(deps: HttpDeps): OpenAPIHono<HttpEnv> {
  const api = new OpenAPIHono<HttpEnv>({ defaultHook: afterValidation })
  api.use(async (c, next) => {
    await next()
    // What people and programs keep must not come back from a cache that knows nothing of roles.
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
  })
  api.use(paced(deps.rates))
  const repeatable = repeatables({ answers: deps.storage.answers, timers: deps.timers })
  for (const route of Object.values(routes)) {
    const takesQuery = 'request' in route && 'query' in route.request
    api.on(
      [route.method],
      [route.getRoutingPath()],
      ...(takesQuery ? [] : [noQuery]),
      ...bodyOf(route, deps.largestUpdate),
      ...(comesOnce(route) ? [repeatable(keyInHeader, repeated(route))] : []),
      ...(route === routes.putContent ? [repeatable(keyOfText)] : []),
    )
  }
  serveDocuments(api, deps)
  serveDocumentLists(api, deps)
  serveBulk(api, deps)
  serveTrash(api, deps)
  serveSearch(api, deps)
  serveFolders(api, deps)
  serveContent(api, deps)
  serveDocumentEvents(api, deps)
  serveServerEvents(api, deps)
  serveWebhooks(api, deps)
  serveWriting(api, deps)
  serveAttachments(api, deps)
  serveImports(api, deps)
  serveExports(api, deps)
  serveMe(api, deps)
  for (const { path, methods } of pathsOf(Object.values(routes))) api.all(path, methodNotAllowed(methods))
  return api
}

/** An import goes on after its answer, and may be gone on with. */
function repeated(route: RouteConfig): Repeatable {
  return {
    body: takesFile(route) ? 'announced' : 'read',
    keeps: route.operationId === routes.importFile.operationId ? 'note' : 'answer',
  }
}

/** A body of any type, which is stored as it comes. */
function takesFile(route: RouteConfig): boolean {
  return '*/*' in (route.request?.body?.content ?? {})
}

/** What is left may be repeated as it is. */
function comesOnce({ method, operationId }: RouteConfig): boolean {
  return method === 'post' || method === 'patch' || operationId === routes.createDocumentWithId.operationId
}

/** Which methods each path takes. */
function pathsOf(served: readonly { method: string; getRoutingPath(): string }[]) {
  const byPath = Map.groupBy(served, (route) => route.getRoutingPath())
  return [...byPath].map(([path, group]) => ({
    path,
    methods: group.map(({ method }) => method.toUpperCase()),
  }))
}
