import { createRoute, z } from '@hono/zod-openapi'
import { programDye } from '../actor.ts'
import { limits } from '../limits.ts'
import { bodyProblems, problemResponses } from './schemas.ts'

const me = z
  .object({
    id: z.string(),
    kind: z.enum(['user', 'guest', 'token']),
    name: z.string().nullable(),
    dye: z.number().int().nullable().openapi({ description: 'Colour of caret and name, 1 to 12.' }),
  })
  .openapi('Me')

/** Neither control characters nor those that turn the writing direction: a name stands beside other people's. */
const plainName = /^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u

const newMe = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(limits.nameLength)
      .regex(plainName, 'A name is one line of plain text.'),
    dye: z
      .number()
      .int()
      .min(1)
      .max(programDye - 1),
  })
  .openapi('NewMe')

const response = { description: 'You, as others see you.', content: { 'application/json': { schema: me } } }

export const getMe = createRoute({
  operationId: 'getMe',
  method: 'get',
  path: '/me',
  tags: ['You'],
  summary: 'Read who you are to this server',
  responses: { 200: response, ...problemResponses() },
})

export const putMe = createRoute({
  operationId: 'putMe',
  method: 'put',
  path: '/me',
  tags: ['You'],
  summary: 'Choose a name and a colour as a guest; remembered by a cookie',
  request: { body: { required: true, content: { 'application/json': { schema: newMe } } } },
  responses: { 200: response, ...problemResponses(...bodyProblems) },
})
