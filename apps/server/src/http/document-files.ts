/** `/d/<id>.md`, `.txt` and `.html`: a document as a file, beside the page where people write it. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { authorisedContent } from './authorised.ts'
import { answerContent } from './content-answer.ts'
import { formOf } from './content-forms.ts'
import type { HttpDeps, HttpEnv } from './env.ts'
import { methodNotAllowed } from './methods.ts'
import { Refused } from './refused.ts'

const types: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  txt: 'text/plain',
  html: 'text/html',
}

const path = '/d/:file{[\\w-]{1,64}\\.(?:md|txt|html)}'

const query = z.strictObject({
  at: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
})

export function serveDocumentFiles(app: Hono<HttpEnv>, deps: HttpDeps): void {
  app.get(path, async (c) => {
    const [id = '', suffix = ''] = c.req.param('file').split('.')
    const asked = query.safeParse(c.req.query())
    if (!asked.success) {
      const message = 'This address takes `at` alone, a revision.'
      throw new Refused('invalid-request', { errors: [{ path: '', message }] })
    }
    const record = await authorisedContent(c, deps, id, 'read')
    if (record.kind === 'yjs') throw new Refused('not-a-text-document')
    const form = formOf(record.kind, types[suffix] ?? '')
    if (form === null) throw new Refused('not-acceptable', { detail: 'This document is no Markdown.' })
    const isPage = form.type === 'text/html'
    return answerContent(c, deps, record, { at: asked.data.at ?? null, part: null, form, isPage })
  })
  app.all(path, methodNotAllowed(['GET']))
}
