/** Tints what other people have selected: line by line, exactly as wide as the text, only where it is on screen. */
import { RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'
import { remoteCarets } from './remote-carets.ts'

/** More tints over each other are mud, and each is an element around every piece of text in it. */
const mostTints = 12

const tints = new Map<number, Decoration>()

function tint(dye: number): Decoration {
  const known = tints.get(dye)
  if (known !== undefined) return known
  const mark = Decoration.mark({ class: `weft-selection dye-${dye}` })
  tints.set(dye, mark)
  return mark
}

export const remoteSelections = ViewPlugin.define(
  (view) => ({
    decorations: tintsInView(view),
    update(update: ViewUpdate) {
      const moved = update.startState.field(remoteCarets) !== update.state.field(remoteCarets)
      if (moved || update.viewportChanged) this.decorations = tintsInView(update.view)
    },
  }),
  { decorations: (plugin: { decorations: DecorationSet }) => plugin.decorations },
)

function tintsInView(view: EditorView): DecorationSet {
  const { from, to } = view.viewport
  const ranges = view.state
    .field(remoteCarets)
    .filter(({ anchor, head }) => Math.min(anchor, head) < to && Math.max(anchor, head) > from)
    .sort((a, b) => b.movedAt - a.movedAt)
    .slice(0, mostTints)
    .map(({ anchor, head, dye }) => ({
      from: Math.max(from, Math.min(anchor, head)),
      to: Math.min(to, Math.max(anchor, head)),
      dye,
    }))
    .filter((range) => range.from < range.to)
    .sort((a, b) => a.from - b.from)
  const builder = new RangeSetBuilder<Decoration>()
  for (const range of ranges) builder.add(range.from, range.to, tint(range.dye))
  return builder.finish()
}
