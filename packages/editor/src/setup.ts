/** The CodeMirror extensions of a document, by kind: only what is used, so that only that is loaded. */
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language'
import { search } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view'
import { keymaps } from './keymaps.ts'
import { lineShape } from './line-shape.ts'
import { wordCount } from './position.ts'
import { syntax } from './syntax.ts'
import { textEntry } from './text-entry.ts'
import { theme } from './theme.ts'
import { words } from './words.ts'

export function setup(kind: 'markdown' | 'text' | 'code', label: string): Extension {
  const prose = kind !== 'code'
  return [
    textEntry,
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    highlightSpecialChars(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    rectangularSelection(),
    crosshairCursor(),
    bracketMatching(),
    search({ top: true }),
    EditorState.phrases.of(words.phrases),
    EditorView.lineWrapping,
    EditorState.tabSize.of(4),
    indentUnit.of('  '),
    prose ? [] : indentOnInput(),
    EditorView.contentAttributes.of({
      'aria-label': label,
      // What can be edited takes the focus anyway; checkers of accessibility know it only by this.
      tabindex: '0',
      spellcheck: prose ? 'true' : 'false',
      autocorrect: prose ? 'on' : 'off',
      autocapitalize: prose ? 'sentences' : 'off',
    }),
    keymaps(kind),
    lineShape(kind),
    wordCount,
    syntax,
    theme,
  ]
}
