/** Tags in one spelling, so that `#To Do` and `to-do` are one tag everywhere. */
import { limits } from './limits.ts'

/** Letters, digits and `_ . / + # -`, beginning with a letter or a digit, in any script. */
const tagPattern = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_./+#-]*$/u

/** The tag that `text` means, or `null` if it means none: lower case, NFKC, `-` for spaces, without a leading `#`. */
export function normalTag(text: string): string | null {
  const tag = text.normalize('NFKC').trim().replace(/^#/, '').replace(/\s+/g, '-').toLowerCase()
  return tagPattern.test(tag) && tag.length <= limits.tagLength ? tag : null
}
