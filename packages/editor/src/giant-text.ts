/**
 * Markdown's parser reads a whole paragraph anew for each key typed in it: 20 000 lines without a blank one cost
 * 70 ms a key. Such a document is shown as plain text instead.
 */
import type { Text } from '@codemirror/state'

const longestParagraph = 64 * 1024
const longestDocument = 4 * 1024 * 1024

export function isTooLargeForMarkdown(doc: Text): boolean {
  if (doc.length <= longestParagraph) return false
  if (doc.length > longestDocument) return true
  let paragraph = 0
  for (const line of doc.iterLines()) {
    paragraph = line.trim() === '' ? 0 : paragraph + line.length + 1
    if (paragraph > longestParagraph) return true
  }
  return false
}
