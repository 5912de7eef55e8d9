import { createRoute, z } from '@hono/zod-openapi'
import { fileName } from './attachments.ts'
import { documentId, folderId, problemResponses } from './schemas.ts'

const importId = z
  .string()
  .regex(/^[\w-]{22}$/)
  .openapi({ param: { name: 'import', in: 'path' }, example: 'Zk3xQyVw0sJ1m8bT5nR2aA' })

const state = z.enum(['waiting', 'running', 'done', 'cancelled', 'interrupted', 'failed']).openapi({
  description:
    '`interrupted`: the server ended in the middle; `failed`: see `reason`. What was made stays in every case, and after a crash may be a little more than is counted.',
})

/** Why a file became no document, and no attachment either. */
const failure = z.enum([
  'unused',
  'not-text',
  'not-utf-8',
  'too-large',
  'too-long',
  'encrypted',
  'symbolic-link',
  'unsafe-path',
  'damaged',
  'not-convertible',
  'too-slow',
  'attachments-full',
])

/** What was changed on the way, so that it could become a document. */
const repair = z
  .enum(['byte-order-mark', 'utf-16', 'line-ends', 'converted-from-html', 'moved-up'])
  .openapi({ description: '`moved-up`: there may be no folder where it was; it is in the one above.' })

const path = z.string().openapi({ description: 'In the archive; of a single file its name.' })

const imported = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    state,
    reason: z.string().nullable(),
    filesTotal: z.number().int(),
    filesDone: z.number().int(),
    documents: z.number().int().openapi({ description: 'Made so far.' }),
    attachments: z.number().int(),
    created: z
      .array(z.object({ path, id: documentId, title: z.string() }))
      .openapi({ description: 'The first of the documents.' }),
    failed: z.number().int(),
    failures: z
      .array(z.object({ path, reason: failure }))
      .openapi({ description: 'The first of them, by name.' }),
    repaired: z.number().int(),
    repairs: z.array(z.object({ path, repairs: z.array(repair) })),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .openapi('Import')

export type ImportResource = z.infer<typeof imported>
export type ImportState = z.infer<typeof state>
export type ImportFailure = z.infer<typeof failure>
export type ImportRepair = z.infer<typeof repair>

const importParams = z.object({ import: importId })
const file = z.string().openapi({ type: 'string', format: 'binary' })
const json = { content: { 'application/json': { schema: imported } } }
const location = z.object({ location: z.string() })

export const importFile = createRoute({
  operationId: 'importFile',
  method: 'post',
  path: '/import',
  tags: ['Import and export'],
  summary: 'Make documents of a file, or of a zip archive of files',
  request: {
    query: z.strictObject({
      name: fileName.optional().openapi({ description: 'Its ending says what it is.', example: 'notes.md' }),
      folder: folderId.optional().openapi({ description: 'Where to; left out: in no folder.' }),
    }),
    body: { required: true, content: { '*/*': { schema: file } } },
  },
  responses: {
    201: {
      description: 'Of a single file: it is a document now, at `Location`.',
      headers: location,
      ...json,
    },
    202: { description: 'Of an archive: under way. Ask at `Location` how far.', headers: location, ...json },
    ...problemResponses(
      'too-large',
      'unsupported-media-type',
      'not-importable',
      'no-such-folder',
      'quota-reached',
      'too-many-requests',
      'storage-unavailable',
    ),
  },
})

export const getImport = createRoute({
  operationId: 'getImport',
  method: 'get',
  path: '/imports/{import}',
  tags: ['Import and export'],
  summary: 'Read how far an import of yours is, and what came of each file',
  request: { params: importParams },
  responses: {
    200: { description: 'As it is now.', ...json },
    ...problemResponses('not-found', 'storage-unavailable'),
  },
})

export const cancelImport = createRoute({
  operationId: 'cancelImport',
  method: 'delete',
  path: '/imports/{import}',
  tags: ['Import and export'],
  summary: 'Stop an import, or forget the report of one that ended',
  request: { params: importParams },
  responses: {
    204: { description: 'Stopped, or forgotten. The documents that it made stay.' },
    ...problemResponses('not-found', 'storage-unavailable'),
  },
})
