/** What only code documents have, loaded only for them: completion, closing brackets, marks on equal words. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { highlightSelectionMatches } from '@codemirror/search'
import { type Extension, Prec } from '@codemirror/state'
import { keymap } from '@codemirror/view'

export const codeAids: Extension = [
  closeBrackets(),
  autocompletion(),
  highlightSelectionMatches(),
  // Before the keys of every document, which give Enter and Backspace their plain meaning.
  Prec.high(keymap.of([...closeBracketsKeymap, ...completionKeymap])),
]
