/**
 * Your top line is the anchor: what others write never scrolls your view. CodeMirror keeps it so, with two gaps that
 * are closed here. It forgets the anchor of a change when another update follows before it has looked at the layout;
 * so after a change of somebody else's it looks at once. And at the very end of the text it follows the end; so the
 * place is pinned there.
 */
import { EditorState, type Extension, type Transaction } from '@codemirror/state'
import { EditorView, ViewPlugin } from '@codemirror/view'
import { ySyncAnnotation } from 'y-codemirror.next'

/** As near to the end as CodeMirror calls the end. */
const nearPx = 5

export function steadyView(): Extension {
  let atEnd: EditorView | null = null

  // Known from scrolling: asking the layout at every change would be dear.
  const watch = ViewPlugin.define((view) => {
    const { scrollDOM } = view
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = scrollDOM
      atEnd = scrollTop > scrollHeight - clientHeight - nearPx ? view : null
    }
    scrollDOM.addEventListener('scroll', onScroll, { passive: true })
    return { destroy: () => scrollDOM.removeEventListener('scroll', onScroll) }
  })
  const pin = EditorState.transactionExtender.of((transaction) => {
    if (atEnd === null || !isRemoteText(transaction)) return null
    const place = atEnd.scrollSnapshot().map(transaction.changes)
    return place === undefined ? null : { effects: place }
  })
  const look = EditorView.updateListener.of(({ view, transactions }) => {
    const { from, to } = view.viewport
    // Any question for a place makes the view measure first, and correct what it finds.
    if (transactions.some((each) => isRemoteText(each) && firstChange(each) <= to)) view.coordsAtPos(from)
  })
  return [watch, pin, look]
}

function isRemoteText(transaction: Transaction): boolean {
  return transaction.docChanged && transaction.annotation(ySyncAnnotation) !== undefined
}

function firstChange({ changes }: Transaction): number {
  let first = Number.POSITIVE_INFINITY
  changes.iterChangedRanges((_fromA, _toA, from) => {
    first = Math.min(first, from)
  })
  return first
}
