/**
 * Whether the view takes text. Until the document's text is here nothing can be typed, and that shows: there is no
 * caret, and a sentence stands where the text will be. Keys typed into what looks like an empty text would vanish.
 */
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView, placeholder } from '@codemirror/view'
import type { Timers } from './timers.ts'
import { words } from './words.ts'

export interface EntryLock {
  readonly extension: Extension
  /** No text was here yet. */
  readonly isWaiting: boolean
  attach(view: EditorView): void
  /** The text is here, or was refused: from now on it can be written, or only be read. */
  set(writable: boolean): void
  /** What stands where the text will be. */
  setWords(sentence: string): void
  close(): void
}

/** A text that comes sooner needs no word. */
const patienceMs = 300

/** `hint` stands in an empty text that can be written. */
export function createEntryLock(hint: string | undefined, timers: Timers): EntryLock {
  const compartment = new Compartment()
  let view: EditorView | null = null
  let isWaiting = true
  let sentence: string = words.waiting
  let isLate = false
  const configure = (extension: Extension) => view?.dispatch({ effects: compartment.reconfigure(extension) })
  const say = () => {
    if (isWaiting && isLate) configure([locked, waiting, placeholder(sentence)])
  }
  const cancelLate = timers.after(patienceMs, () => {
    isLate = true
    say()
  })

  return {
    extension: compartment.of([locked, waiting]),
    get isWaiting() {
      return isWaiting
    },
    attach(attached) {
      view = attached
    },
    set(writable) {
      isWaiting = false
      // The hint must not pass a failed load off as an empty document.
      if (writable) configure(hint === undefined ? [] : placeholder(hint))
      else configure(locked)
    },
    setWords(next) {
      if (next === sentence) return
      sentence = next
      say()
    },
    close() {
      cancelLate()
      view = null
    },
  }
}

const locked: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false)]
/** For the theme: neither caret nor lines where there is no text. */
const waiting = EditorView.editorAttributes.of({ class: 'cm-waiting' })
