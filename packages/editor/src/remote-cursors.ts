/**
 * Draws other people's carets over the text, in a layer of its own: the text's elements stay untouched, so nothing
 * that others do disturbs a composition, changes a line's height or moves the view.
 *
 * One measure per frame at most: all reads, then all writes.
 */
import type { Extension } from '@codemirror/state'
import { Direction, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import { createCaretMarks } from './caret-marks.ts'
import { type Beyond, createEdgeChips } from './edge-chips.ts'
import { type Box, type Label, placeLabels, type Side } from './label-places.ts'
import { type RemoteCaret, remoteCarets } from './remote-carets.ts'
import { remoteSelections } from './remote-selections.ts'
import type { Timers } from './timers.ts'

/** How long a name stays after its caret stops: `--t-label`. */
const labelMs = 1_800
/** People who did nothing for this long get no chip. */
const awayMs = 120_000
const hoverPx = 8
/** More names at once than this, of those who moved last, would be a page of names. */
const mostLabels = 12

interface Seen {
  readonly caret: RemoteCaret
  readonly box: Box
}

export function remoteCursors(timers: Timers, onPick: (client: number) => void): Extension {
  const plugin = ViewPlugin.define((view) => drawCarets(view, timers, onPick))
  return [remoteCarets, remoteSelections, plugin]
}

function drawCarets(view: EditorView, timers: Timers, onPick: (client: number) => void) {
  const { ownerDocument } = view.dom
  const marks = createCaretMarks(ownerDocument)
  const chips = createEdgeChips(ownerDocument, onPick)
  view.scrollDOM.append(marks.layer)
  view.dom.append(chips.dom)
  let seen: readonly Seen[] = []
  let hovered: number | null = null
  /** Whether what happened since the last measure was nothing but carets moving. */
  let slide = true
  let cancelFold: (() => void) | null = null

  const request = () => view.requestMeasure({ key: marks, read: measure, write: draw })

  function measure() {
    const origin = contentOrigin(view)
    const { viewport, state } = view
    const inView = state
      .field(remoteCarets)
      .filter(({ head }) => head >= viewport.from && head <= viewport.to && head <= state.doc.length)
    const own = view.hasFocus ? boxAt(view, state.selection.main.head, origin) : null
    const screen = screenBox(view, origin)
    seen = inView.flatMap((caret) => {
      const box = boxAt(view, caret.head, origin)
      return box === null ? [] : [{ caret, box }]
    })
    const now = timers.now()
    const named = seen
      .filter(({ caret }) => caret.client === hovered || caret.movedAt + labelMs > now)
      .sort((a, b) => b.caret.movedAt - a.caret.movedAt)
      .slice(0, mostLabels)
      .sort((a, b) => a.box.top - b.box.top || a.caret.client - b.caret.client)
    const labels = named.map(({ caret, box }) => labelFor(view, caret, box, marks.labelSize(caret.client)))
    const places = placeLabels(labels, screen, own)
    return {
      places: new Map(named.map(({ caret }, index) => [caret.client, places[index]])),
      screen,
      // Below the search panel, if that is open.
      panelHeight: view.scrollDOM.offsetTop,
      now,
    }
  }

  function draw({ places, screen, panelHeight, now }: ReturnType<typeof measure>) {
    for (const { caret, box } of seen) {
      marks.put(caret.client, box, slide)
      marks.putLabel(caret.client, places.get(caret.client) ?? null)
    }
    chips.dom.style.top = `${panelHeight}px`
    chips.show(beyond(view, seen, screen, now))
    slide = true
    const folds = seen.map(({ caret }) => caret.movedAt + labelMs).filter((time) => time > now)
    cancelFold?.()
    cancelFold = folds.length === 0 ? null : timers.after(Math.min(...folds) - now, request)
  }

  function keep() {
    const { from, to } = view.viewport
    marks.keep(view.state.field(remoteCarets).filter(({ head }) => head >= from && head <= to))
  }

  const onScroll = () => {
    if (view.state.field(remoteCarets).length > 0) request()
  }
  const onPointer = (event: MouseEvent) => {
    if (seen.length === 0) return
    const origin = contentOrigin(view)
    const x = event.clientX - origin.left
    const y = event.clientY - origin.top
    const near = seen.find(
      ({ box }) => Math.abs(box.left - x) <= hoverPx && y >= box.top - hoverPx && y <= box.bottom,
    )
    const client = near?.caret.client ?? null
    if (client === hovered) return
    hovered = client
    request()
  }
  view.scrollDOM.addEventListener('scroll', onScroll, { passive: true })
  view.scrollDOM.addEventListener('mousemove', onPointer, { passive: true })

  return {
    update(update: ViewUpdate) {
      const before = update.startState.field(remoteCarets)
      const after = update.state.field(remoteCarets)
      if (before.length === 0 && after.length === 0) return
      const moved = before !== after
      if (update.docChanged || update.geometryChanged) slide = false
      if (moved || update.viewportChanged) keep()
      if (moved || update.viewportChanged || update.geometryChanged || update.selectionSet) request()
    },
    destroy() {
      cancelFold?.()
      view.scrollDOM.removeEventListener('scroll', onScroll)
      view.scrollDOM.removeEventListener('mousemove', onPointer)
      marks.layer.remove()
      chips.dom.remove()
    },
  }
}

/** The screen position of the scrolled content's corner: what absolute positions in the layer count from. */
function contentOrigin(view: EditorView): { readonly left: number; readonly top: number } {
  const { scrollDOM } = view
  const rect = scrollDOM.getBoundingClientRect()
  // clientLeft: a scroll bar may stand on the left of right-to-left content.
  return {
    left: rect.left + scrollDOM.clientLeft - scrollDOM.scrollLeft,
    top: rect.top - scrollDOM.scrollTop,
  }
}

function boxAt(
  view: EditorView,
  position: number,
  origin: { readonly left: number; readonly top: number },
): Box | null {
  const rect = view.coordsAtPos(position, 1)
  if (rect === null) return null
  const left = rect.left - origin.left
  return { left, right: left, top: rect.top - origin.top, bottom: rect.bottom - origin.top }
}

/** What of the text is on screen, without the gutter, counted like the carets. */
function screenBox(view: EditorView, origin: { readonly left: number; readonly top: number }): Box {
  const scroller = view.scrollDOM.getBoundingClientRect()
  const content = view.contentDOM.getBoundingClientRect()
  const { innerHeight } = view.dom.ownerDocument.defaultView ?? { innerHeight: scroller.bottom }
  return {
    left: Math.max(scroller.left, content.left) - origin.left,
    right: Math.min(scroller.right, content.right) - origin.left,
    top: Math.max(scroller.top, 0) - origin.top,
    bottom: Math.min(scroller.bottom, innerHeight) - origin.top,
  }
}

function labelFor(
  view: EditorView,
  caret: RemoteCaret,
  box: Box,
  size: { readonly width: number; readonly height: number },
): Label {
  const { doc } = view.state
  const line = doc.lineAt(caret.head)
  const block = view.lineBlockAt(caret.head)
  const isBlank = (number: number) =>
    number >= 1 && number <= doc.lines && doc.line(number).text.trim() === ''
  const rowTop = box.top - block.top - view.documentPadding.top
  const free: Side[] = []
  if (caret.head === line.to) free.push('after')
  if (rowTop < box.bottom - box.top && isBlank(line.number - 1)) free.push('above')
  if (block.height - rowTop < 2 * (box.bottom - box.top) && isBlank(line.number + 1)) free.push('below')
  return { caret: box, ...size, free, rtl: view.textDirectionAt(caret.head) === Direction.RTL }
}

function beyond(view: EditorView, seen: readonly Seen[], screen: Box, now: number): Beyond[] {
  const boxes = new Map(seen.map(({ caret, box }) => [caret.client, box]))
  return view.state.field(remoteCarets).flatMap((caret) => {
    if (caret.movedAt + awayMs < now) return []
    const box = boxes.get(caret.client)
    const above = box === undefined ? caret.head < view.viewport.from : box.bottom <= screen.top
    const below = box === undefined ? caret.head > view.viewport.to : box.top >= screen.bottom
    if (!above && !below) return []
    const { client, name, dye, head } = caret
    const line = view.state.doc.lineAt(head).number
    const edge = above ? view.viewport.from : view.viewport.to
    const distance = box === undefined ? 1e6 + Math.abs(head - edge) : Math.abs(box.top - screen.top)
    return [{ client, name, dye, line, where: above ? 'above' : 'below', distance }]
  })
}
