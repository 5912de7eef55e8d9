/** Where a page of a list ended, as a text that means nothing to clients. */
import { parseDocumentId } from '@weft/protocol'
import type { PageMark } from '../storage/storage.ts'
import { Refused } from './refused.ts'

export function cursorOf({ updatedAt, id }: PageMark): string {
  return Buffer.from(`${updatedAt} ${id}`).toString('base64url')
}

export function markOf(cursor: string): PageMark {
  const [, updatedAt = '', name = ''] =
    /^(\d{1,15}) (\S+)$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  const id = parseDocumentId(name)
  const mark = id === null ? null : { updatedAt: Number(updatedAt), id }
  // Base64 has several spellings of the same bytes; only the one that was given out is taken back.
  if (mark === null || cursorOf(mark) !== cursor) throw new Refused('invalid-cursor')
  return mark
}
