/**
 * Where a page of a list ended, as a text that means nothing to clients. It belongs to its list: with another query
 * it would name a place in an order that nobody asked for, so it is refused there.
 */
import { createHash } from 'node:crypto'
import { parseDocumentId } from '@weft/protocol'
import { z } from 'zod'
import type { PageMark } from '../storage/storage.ts'
import { Refused } from './refused.ts'

const documentPlace = z.tuple([z.union([z.number(), z.string()]), z.string()])

/** `list`: all that decides which documents come in which order. */
export function cursorOf({ key, id }: PageMark, list: unknown): string {
  return placeOf([key, id], list)
}

export function markOf(cursor: string, list: unknown): PageMark {
  const [key, name] = placeIn(cursor, list, documentPlace)
  const id = parseDocumentId(name)
  if (id === null) throw new Refused('invalid-cursor')
  return { key, id }
}

/** Any place in any list. */
export function placeOf(place: readonly unknown[], list: unknown): string {
  return Buffer.from(JSON.stringify([nameOf(list), ...place])).toString('base64url')
}

/** Refuses what {@link placeOf} did not give for the same list. */
export function placeIn<Place extends readonly unknown[]>(
  cursor: string,
  list: unknown,
  schema: z.ZodType<Place>,
): Place {
  const parts = jsonOf(Buffer.from(cursor, 'base64url').toString())
  const found = schema.safeParse(Array.isArray(parts) ? parts.slice(1) : null)
  // Base64 has several spellings of the same bytes; only the one that was given out is taken back.
  if (!found.success || placeOf(found.data, list) !== cursor) throw new Refused('invalid-cursor')
  return found.data
}

function nameOf(list: unknown): string {
  return createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 12)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
