/**
 * An edit that is longer than any server takes is not made: it could never be sent, and neither could what is
 * written after it.
 */
import { EditorState, type Extension } from '@codemirror/state'
import { limits } from '@weft/protocol'
import { ySyncAnnotation } from 'y-codemirror.next'

/** Half of what one message may hold, so that there is room for more. */
const longest = limits.updateClocks / 2

export function entrySize(onTooLong: () => void): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) !== undefined) return transaction
    let inserted = 0
    transaction.changes.iterChanges((_fromA, _toA, _fromB, _toB, text) => {
      inserted += text.length
    })
    if (inserted <= longest) return transaction
    onTooLong()
    return []
  })
}
