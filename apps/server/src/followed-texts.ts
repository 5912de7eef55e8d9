/**
 * Texts that are followed, each at the revision to which it was told: the next step of it then costs what changed, not
 * what the document holds. In a thread of its own; whoever follows can do without what is forgotten here.
 */
import { type FollowedText, followText, unifiedDiff } from '@weft/document'
import type { FollowedStep, FollowTask } from './follow-tasks.ts'

export interface FollowedTexts {
  /** `null`: the text before is needed. Throws as {@link followText} does. */
  follow(task: FollowTask): readonly FollowedStep[] | null
}

/** UTF-16 units of all texts, of which Yjs takes some ten times as many bytes. */
const keptLength = 8 * 1024 * 1024
const keptTexts = 64

export function followedTexts(): FollowedTexts {
  /** The longest unused first. */
  const kept = new Map<string, FollowedText>()

  function keep(name: string, text: FollowedText): void {
    forget(name)
    kept.set(name, text)
    let length = 0
    for (const { text: held } of kept.values()) length += held.length
    for (const [oldest, { text: held }] of kept) {
      if (kept.size === 1 || (kept.size <= keptTexts && length <= keptLength)) return
      length -= held.length
      forget(oldest)
    }
  }

  function forget(name: string): void {
    kept.get(name)?.close()
    kept.delete(name)
  }

  return {
    follow({ from, to, start, parts, diff }) {
      const text = kept.get(from) ?? (start === null ? null : followText(start))
      if (text === null) return null
      // It is no longer what its name says, whatever happens now.
      kept.delete(from)
      try {
        const steps = parts.map((updates, index): FollowedStep => {
          const before = text.text
          const changes = text.apply(updates)
          const names = diff?.[index]
          return names === undefined ? changes : unifiedDiff(before, text.text, names)
        })
        keep(to, text)
        return steps
      } catch (error) {
        text.close()
        throw error
      }
    },
  }
}
