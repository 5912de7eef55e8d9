/**
 * Nothing but LF line ends and well-formed Unicode goes from this editor into the document: half an emoji makes
 * replicas differ for ever. Typing, pasting, dropping, composing and commands all pass here.
 */

import { type ChangeSpec, EditorState, type Extension, type Text, type Transaction } from '@codemirror/state'
import { repairText } from '@weft/protocol'
import { ySyncAnnotation } from 'y-codemirror.next'

export const textEntry: Extension = [
  // With the default separators CodeMirror would count a CR LF that another client brought as one character, and
  // Y.Text as two: every later edit would land in the wrong place.
  EditorState.lineSeparator.of('\n'),
  EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) !== undefined) return transaction
    const changes = repairs(transaction)
    return changes.length === 0 ? transaction : [transaction, { changes, sequential: true }]
  }),
]

/** Changes to the document after `transaction` that make what it wrote allowed. */
function repairs(transaction: Transaction): ChangeSpec[] {
  const before = transaction.startState.doc
  const after = transaction.newDoc
  const found: ChangeSpec[] = []
  transaction.changes.iterChanges((fromA, toA, fromB, toB, inserted) => {
    // A change may begin or end inside a pair and still read well, as when one emoji replaces its neighbour in
    // Unicode; but Y.Text would see half a pair go. So the whole pair is written anew.
    const headCut = splitsPair(before, fromA)
    const tailCut = splitsPair(before, toA)
    if (!headCut && !tailCut && isAllowed(inserted)) return
    const from = headCut ? fromB - 1 : fromB
    const to = tailCut ? toB + 1 : toB
    found.push({ from, to, insert: repaired(after.sliceString(from, to, '\n'), headCut, tailCut) })
  })
  return found
}

function isAllowed(text: Text): boolean {
  if (text.length === 1) {
    const code = text.line(1).text.charCodeAt(0)
    return Number.isNaN(code) || (!isSurrogate(code) && code !== 0x0d)
  }
  const string = text.sliceString(0, text.length, '\n')
  return string.isWellFormed() && !string.includes('\r')
}

/** Halves that the change orphaned go; halves that it brought become U+FFFD. */
function repaired(text: string, headCut: boolean, tailCut: boolean): string {
  const start = headCut && !isPairAt(text, 0) ? 1 : 0
  const end = tailCut && !isPairAt(text, text.length - 2) ? text.length - 1 : text.length
  return repairText(text.slice(start, Math.max(start, end)))
}

function splitsPair(text: Text, position: number): boolean {
  if (position === 0 || position >= text.length) return false
  return isPairAt(text.sliceString(position - 1, position + 1), 0)
}

function isPairAt(text: string, index: number): boolean {
  const code = text.codePointAt(index)
  return code !== undefined && code > 0xffff
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff
}
