/** What the text worker is asked and how it answers. */
import type { Misfit } from '@weft/document'

export interface TextTask {
  readonly text: string
  readonly form: TextForm
}

export interface TextForm {
  /** `null`: all of it. */
  readonly part: TextPart | null
  /** `html-of-markdown`, `html-of-text`: safe to show, a fragment. */
  readonly as: 'text' | 'html-of-markdown' | 'html-of-text'
}

export type TextPart =
  | { readonly type: 'lines'; readonly first: number; readonly last: number }
  | { readonly type: 'section'; readonly heading: string }

/** `absent` and `ambiguous`: as {@link Misfit}. */
export type ShownText =
  | {
      readonly type: 'shown'
      readonly content: string
      /** Where the part starts, from 1. */
      readonly line: number
      /** UTF-16 units. */
      readonly from: number
      readonly to: number
    }
  | (Pick<Misfit, 'found'> & { readonly type: 'absent' | 'ambiguous' })
