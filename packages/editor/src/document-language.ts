/**
 * The language of the open document: Markdown, a programming language, or none. Languages load after the editor: a
 * text without colours is there sooner, and a document loads only its own.
 */
import { Compartment, type Extension } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { isTooLargeForMarkdown } from './giant-text.ts'
import { findLanguage } from './languages.ts'
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
  let view: EditorView | null = null
  let wanted = name
  let markdown: Extension | null = null
  let isPlain = false
  let cancelCheck: (() => void) | null = null

  const configure = (extension: Extension) => view?.dispatch({ effects: compartment.reconfigure(extension) })

  // What cannot be fetched now is left out: a text without colours is still a text.
  async function loadMarkdown() {
    markdown = await import('./markdown.ts').then(
      ({ markdownSupport }) => markdownSupport(),
      () => null,
    )
    check()
    if (markdown !== null && !isPlain) configure(markdown)
  }

  async function loadCode() {
    const asked = wanted
    const description = asked === null ? null : findLanguage(asked)
    const [language, aids] = await Promise.all([
      description?.load().catch(() => []),
      import('./code-aids.ts').then(
        ({ codeAids }) => codeAids,
        () => [],
      ),
    ])
    if (asked === wanted) configure([language ?? [], aids])
  }

  function check() {
    cancelCheck = null
    if (view === null || markdown === null) return
    const large = isTooLargeForMarkdown(view.state.doc)
    if (large === isPlain) return
    isPlain = large
    configure(large ? [] : markdown)
  }

  return {
    extension: compartment.of([]),
    attach(attached) {
      view = attached
      if (kind === 'markdown') void loadMarkdown()
      else if (kind === 'code') void loadCode()
    },
    set(next) {
      wanted = next
      if (kind === 'code') void loadCode()
    },
    textChanged() {
      if (markdown === null || view === null) return
      // A text that grows at once, as when it is loaded, is looked at before the parser gets to it.
      const soon = !isPlain && view.state.doc.length > 256 * 1024
      cancelCheck ??= timers.after(soon ? 0 : checkMs, check)
    },
    close() {
      cancelCheck?.()
      view = null
    },
  }
}
