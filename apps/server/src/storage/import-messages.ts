/** What is asked of the storage thread about imports, and what comes back. */
import type { ImportRecord } from './imports.ts'

export type ImportWrite =
  | { readonly type: 'save-import'; readonly record: ImportRecord }
  | { readonly type: 'remove-import'; readonly id: string }
  | { readonly type: 'interrupt-imports'; readonly at: number }
  | { readonly type: 'forget-imports'; readonly before: number }

export interface ImportRead {
  readonly type: 'get-import'
  readonly id: string
}

export interface ImportAnswers {
  readonly 'save-import': null
  readonly 'remove-import': null
  readonly 'interrupt-imports': null
  readonly 'forget-imports': null
  readonly 'get-import': ImportRecord | null
}
