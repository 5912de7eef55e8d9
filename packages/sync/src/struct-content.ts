/** What a struct holds, by the content types of yjs 13. */
import type { DocumentKind } from '@weft/protocol'
import { MalformedUpdate } from './errors.ts'
import type { UpdateReader } from './update-reader.ts'

export const contentDeleted = 1
export const contentType = 7

/** Returns how many clocks it takes. Text documents hold text, its formats, and what is left of deleted text. */
export function scanContent(reader: UpdateReader, type: number, kind: DocumentKind): number {
  if (kind !== 'yjs' && type !== contentDeleted && type !== 4 && type !== 6)
    throw new MalformedUpdate('not text')
  switch (type) {
    case contentDeleted:
      return reader.number()
    case 2: {
      // JSON values
      const count = reader.count()
      for (let left = count; left > 0; left--) reader.jsonOrUndefined()
      return count
    }
    case 3:
      reader.binary()
      return 1
    case 4:
      return reader.text()
    case 5: // embed
      reader.json()
      return 1
    case 6: // format
      reader.text()
      reader.json()
      return 1
    case contentType:
      scanType(reader)
      return 1
    case 8: {
      // any values
      const count = reader.count()
      for (let left = count; left > 0; left--) reader.any()
      return count
    }
    case 9: // subdocument, and its options
      reader.text()
      reader.anyObject()
      return 1
    default:
      throw new MalformedUpdate(`unknown content ${type}`)
  }
}

/** Array, map, text, XML element (3, named), fragment, hook (5, named), XML text. */
function scanType(reader: UpdateReader): void {
  const type = reader.number()
  if (type > 6) throw new MalformedUpdate(`unknown type ${type}`)
  if (type === 3 || type === 5) reader.text()
}
