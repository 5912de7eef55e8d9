/**
 * Your top line is the anchor: what others write never scrolls your view. CodeMirror keeps it so, except at the very
 * end of the text, where it would follow the end; there the place is pinned.
 */
import { EditorState, type Extension } from '@codemirror/state'
import { type EditorView, ViewPlugin } from '@codemirror/view'
import { ySyncAnnotation } from 'y-codemirror.next'

/** As near to the end as CodeMirror calls the end. */
const nearPx = 5

export function steadyView(): Extension {
  let atEnd: EditorView | null = null

  // Known from scrolling: asking the layout at every remote change would be dear.
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
    const isRemote = transaction.annotation(ySyncAnnotation) !== undefined
    if (atEnd === null || !isRemote || !transaction.docChanged) return null
    const place = atEnd.scrollSnapshot().map(transaction.changes)
    return place === undefined ? null : { effects: place }
  })
  return [watch, pin]
}
