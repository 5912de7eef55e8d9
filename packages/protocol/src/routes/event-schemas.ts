/** What is told of documents to programs that follow them. */
import { z } from '@hono/zod-openapi'
import { documentId } from './schemas.ts'

const at = z.iso.datetime()
const actor = z.string().nullable().openapi({ description: 'Who did it; null: several, or nobody is known.' })
const revision = z.number().int()
const title = z.string()
const language = z.string().nullable()

const change = z
  .object({
    from: z.number().int().openapi({ description: 'UTF-16 units, in the text before.' }),
    to: z.number().int(),
    insert: z.string(),
    removed: z.string().openapi({ description: 'What stood from `from` to `to`.' }),
  })
  .openapi('Change')

/** Make `revision` of `base`. */
const changed = z
  .object({
    type: z.literal('changed'),
    base: revision.openapi({ description: 'The revision that `changes` apply to.' }),
    revision,
    actor: z.string(),
    at,
    changes: z
      .array(change)
      .nullable()
      .openapi({ description: 'All at once, in order; null for documents without text.' }),
  })
  .openapi('ChangedEvent')

const reset = z
  .object({ type: z.literal('reset'), revision, at })
  .openapi('ResetEvent', { description: 'What came after your id cannot be told: read everything anew.' })

export const documentEvent = z
  .union([
    changed,
    z.object({ type: z.literal('created'), title, actor, at }),
    z.object({ type: z.literal('renamed'), title, actor, at }),
    z.object({ type: z.literal('language'), language, actor, at }),
    z.object({ type: z.enum(['trashed', 'restored', 'deleted']), actor, at }),
    reset,
  ])
  .openapi('DocumentEvent')

export const serverEvent = z
  .union([
    z.object({
      type: z.enum(['created', 'renamed', 'language', 'changed', 'trashed', 'restored', 'deleted']),
      document: documentId,
      title,
      language,
      revision,
      actor,
      at,
    }),
    z.object({ type: z.literal('reset'), at }),
  ])
  .openapi('ServerEvent')

const person = z.object({
  id: z.string(),
  kind: z.enum(['user', 'guest', 'token']),
  name: z.string().nullable(),
})

/** Told on streams alone, without an id: what was missed of it is told anew by `present`. */
const presenceEvent = z.union([
  z.object({ type: z.literal('present'), people: z.array(person), at }),
  z.object({ type: z.enum(['joined', 'left']), person, at }),
])

export type DocumentEvent = z.infer<typeof documentEvent>
export type ServerEvent = z.infer<typeof serverEvent>
export type PresenceEvent = z.infer<typeof presenceEvent>
