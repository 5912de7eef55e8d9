/**
 * Where a page of a list ended, as a text that means nothing to clients. It belongs to its list: with another query
 * it would name a place in an order that nobody asked for, so it is refused there.
 */
import { createHash } from 'node:crypto'
import { parseDocumentId } from '@weft/protocol'
import { z } from 'zod'
import type { PageMark } from '../storage/storage.ts'
import { Refused } from './refused.ts'

const parts = z.tuple([z.string(), z.union([z.number(), z.string()]), z.string()])

/** `list`: all that decides which documents come in which order. */
export function cursorOf({ key, id }: PageMark, list: unknown): string {
  return Buffer.from(JSON.stringify([nameOf(list), key, id])).toString('base64url')
}

export function markOf(cursor: string, list: unknown): PageMark {
  const found = parts.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString()))
  const [, key = 0, name = ''] = found.data ?? []
  const id = parseDocumentId(name)
  const mark = id === null ? null : { key, id }
  // Base64 has several spellings of the same bytes; only the one that was given out is taken back.
  if (mark === null || cursorOf(mark, list) !== cursor) throw new Refused('invalid-cursor')
  return mark
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
