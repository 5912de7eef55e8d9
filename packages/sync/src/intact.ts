import { MalformedUpdate, UpdateGap } from './errors.ts'
import { DocumentDamaged } from './ports.ts'

/** What is stored and cannot be read is damaged, whatever its checksum says. */
export function intact<Result>(open: () => Result): Result {
  try {
    return open()
  } catch (cause) {
    throw cause instanceof MalformedUpdate || cause instanceof UpdateGap
      ? new DocumentDamaged('its log is not what Yjs would accept', { cause })
      : cause
  }
}
