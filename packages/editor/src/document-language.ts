/** The language of the open document: Markdown, a programming language that loads when it is needed, or none. */
import { Compartment, type Extension } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { isTooLargeForMarkdown } from './giant-text.ts'
import { findLanguage } from './languages.ts'
import { markdownSupport } from './markdown.ts'
import type { Timers } from './timers.ts'

export interface DocumentLanguage {
  readonly extension: Extension
  attach(view: EditorView): void
  set(name: string | null): void
  /** The text changed: some time later it is looked at whether Markdown still is affordable. */
  textChanged(): void
  close(): void
}

const checkMs = 1_000

export function createDocumentLanguage(
  kind: 'markdown' | 'text' | 'code',
  name: string | null,
  timers: Timers,
): DocumentLanguage {
  const compartment = new Compartment()
  const support = kind === 'markdown' ? markdownSupport() : null
  let view: EditorView | null = null
  let wanted = name
  let plain = false
  let cancelCheck: (() => void) | null = null

  const configure = (extension: Extension) => {
    view?.dispatch({ effects: compartment.reconfigure(extension) })
  }

  async function load() {
    const asked = wanted
    const description = asked === null ? null : findLanguage(asked)
    // A language that cannot be fetched now leaves the text as it is: without colours.
    const loaded = await description?.load().catch(() => null)
    if (asked === wanted) configure(loaded ?? [])
  }

  function check() {
    cancelCheck = null
    if (view === null || support === null) return
    const large = isTooLargeForMarkdown(view.state.doc)
    if (large === plain) return
    plain = large
    configure(large ? [] : support)
  }

  return {
    extension: compartment.of(support ?? []),
    attach(attached) {
      view = attached
      if (kind === 'code') void load()
    },
    set(next) {
      wanted = next
      if (kind === 'code') void load()
    },
    textChanged() {
      if (support === null || view === null) return
      // A text that grows at once, as when it is loaded, is looked at before the parser gets to it.
      if (!plain && view.state.doc.length > 256 * 1024 && cancelCheck === null)
        cancelCheck = timers.after(0, check)
      else cancelCheck ??= timers.after(checkMs, check)
    },
    close() {
      cancelCheck?.()
      view = null
    },
  }
}
