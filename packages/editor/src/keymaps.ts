/** Keys, by document kind. Esc, then Tab, leaves the text: CodeMirror does that by itself. */
import { defaultKeymap, indentWithTab } from '@codemirror/commands'
import { openSearchPanel, searchKeymap } from '@codemirror/search'
import type { Extension } from '@codemirror/state'
import { EditorView, type KeyBinding, keymap } from '@codemirror/view'
import { yUndoManagerKeymap } from 'y-codemirror.next'
import { insertLink, toggleCode } from './commands.ts'
import { inlineMarks, toggleInline } from './inline-marks.ts'
import { tickTask, toggleHeading, toggleList } from './line-marks.ts'

const markdownFormat: readonly KeyBinding[] = [
  { key: 'Mod-b', run: toggleInline(inlineMarks.bold), preventDefault: true },
  { key: 'Mod-i', run: toggleInline(inlineMarks.italic), preventDefault: true },
  { key: 'Mod-Shift-x', run: toggleInline(inlineMarks.strike), preventDefault: true },
  { key: 'Mod-e', run: toggleCode, preventDefault: true },
  { key: 'Mod-k', run: insertLink, preventDefault: true },
  { key: 'Mod-Shift-7', run: toggleList('numbers'), preventDefault: true },
  { key: 'Mod-Shift-8', run: toggleList('bullets'), preventDefault: true },
  { key: 'Mod-Shift-9', run: toggleList('tasks'), preventDefault: true },
  { key: 'Mod-Enter', run: tickTask },
]

/** Control with Alt is how Windows reports AltGr, which types characters: those are left alone. */
const headingKeys = EditorView.domEventHandlers({
  keydown(event, view) {
    const level = /^Digit([1-6])$/.exec(event.code)?.[1]
    const chord = (event.ctrlKey || event.metaKey) && event.altKey && !event.getModifierState('AltGraph')
    if (level === undefined || !chord) return false
    return toggleHeading(Number(level))(view)
  },
})

export function keymaps(kind: 'markdown' | 'text' | 'code'): Extension {
  const bindings = [
    ...(kind === 'markdown' ? [markdownFormat] : []),
    yUndoManagerKeymap,
    searchKeymap,
    // On a Mac these keys hide the application and delete backwards.
    [{ linux: 'Ctrl-h', win: 'Ctrl-h', run: openSearchPanel, preventDefault: true }],
    defaultKeymap,
    [indentWithTab],
  ].flat()
  return [kind === 'markdown' ? headingKeys : [], keymap.of(bindings)]
}
