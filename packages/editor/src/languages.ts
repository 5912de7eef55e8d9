/** Programming languages by name. Only the list is here; a language itself loads when a document or a fence uses it. */
import type { LanguageDescription } from '@codemirror/language'
import { LanguageDescription as Descriptions } from '@codemirror/language'
import { languages as known } from '@codemirror/language-data'

export interface Language {
  /** What a document stores, such as `typescript`. */
  readonly name: string
  /** What a picker shows, such as `TypeScript`. */
  readonly label: string
}

/** Every language a code document may have, by label. */
export const languages: readonly Language[] = known
  .map(({ name }) => ({ name: name.toLowerCase(), label: name }))
  .sort((a, b) => a.label.localeCompare(b.label, 'en'))

/** By name or one of its usual short forms; `null` when unknown. */
export function findLanguage(name: string): LanguageDescription | null {
  return Descriptions.matchLanguageName(known, name.trim().toLowerCase(), false)
}
