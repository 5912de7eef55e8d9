/** Numbered rules: where they are written, and the tests that quote them first in their names: `[W7]`. */
import type { SourceFile } from './tree.ts'

/** Ids in order of first mention, such as `W1`. `letter`: the one they begin with. */
export function rulesIn(page: SourceFile, letter: string): readonly string[] {
  return [...new Set(page.text.match(new RegExp(`\\b${letter}\\d+\\b`, 'g')) ?? [])]
}

/** Ids in the names of tests and suites. */
export function quotedIn(file: SourceFile): readonly string[] {
  const names = [
    ...file.text.matchAll(
      /\b(?:it|test|describe)(?:\.\w+)*(?:\([^)]*\))?\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/g,
    ),
  ]
  return names
    .flatMap((match) => [...(match[2] ?? '').matchAll(/\[([A-Z]\d+(?:[, ]+[A-Z]\d+)*)\]/g)])
    .flatMap((match) => (match[1] ?? '').split(/[, ]+/))
}

export function unproven(rules: readonly string[], quoted: readonly string[]): readonly string[] {
  return rules.filter((rule) => !quoted.includes(rule))
}
