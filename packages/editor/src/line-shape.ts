/**
 * Each visible line's direction and hanging indent.
 *
 * A line takes the direction of its first strong character after the Markdown marks (the “x” of `- [x]` must not
 * decide). It is set as an attribute: CodeMirror reads directions from there to move the caret.
 */
import { type Extension, RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  Direction,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'

const rtl = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const strong = new RegExp(`${rtl.source}|\\p{L}`, 'u')
/** Indent, quote marks, list marks and check box, heading marks. */
const marks = /^[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|#{1,6}[ \t]+)?/
const indent = /^[ \t]*/
const mostHang = 24

export type LineDirection = 'rtl' | 'ltr' | null

/** `null`: nothing in the line says. */
export function lineDirection(text: string): LineDirection {
  const first = strong.exec(text.slice(marks.exec(text)?.[0].length ?? 0))
  if (first === null) return null
  return rtl.test(first[0]) ? 'rtl' : 'ltr'
}

/** How many characters wrapped rows of the line are indented by. */
export function hangOf(text: string, kind: 'markdown' | 'text' | 'code'): number {
  const prefix = (kind === 'markdown' ? marks : indent).exec(text)?.[0] ?? ''
  if (prefix.startsWith('#') || prefix.includes('\t')) return 0
  return Math.min(prefix.length, mostHang)
}

export function lineShape(kind: 'markdown' | 'text' | 'code'): Extension {
  const plugin = ViewPlugin.define(
    (view) => ({
      decorations: shapes(view, kind),
      update(update: ViewUpdate) {
        if (update.docChanged || update.viewportChanged || update.geometryChanged)
          this.decorations = shapes(update.view, kind)
      },
    }),
    { decorations: (value: { decorations: DecorationSet }) => value.decorations },
  )
  return kind === 'code' ? plugin : [EditorView.perLineTextDirection.of(true), plugin]
}

function shapes(view: EditorView, kind: 'markdown' | 'text' | 'code'): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  const base = view.textDirection === Direction.RTL ? 'rtl' : 'ltr'
  let done = 0
  for (const { from, to } of view.visibleRanges) {
    for (let line = view.state.doc.lineAt(from); ; line = view.state.doc.line(line.number + 1)) {
      // A long line may be visible in several pieces.
      if (line.number > done) {
        // The first thousand characters tell; a giant line is not worth more.
        const text = line.text.slice(0, 1_000)
        const direction = kind === 'code' ? 'ltr' : lineDirection(text)
        const shape = shapeOf(direction === base ? null : direction, hangOf(text, kind))
        if (shape !== null) builder.add(line.from, line.from, shape)
      }
      done = line.number
      if (line.to >= to) break
    }
  }
  return builder.finish()
}

const cache = new Map<string, Decoration>()

function shapeOf(direction: LineDirection, hang: number): Decoration | null {
  if (direction === null && hang === 0) return null
  const key = `${direction} ${hang}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const shape = Decoration.line({
    attributes: {
      ...(hang > 0 ? { class: `weft-hang-${hang}` } : {}),
      ...(direction === null ? {} : { dir: direction }),
    },
  })
  cache.set(key, shape)
  return shape
}
