/** What requests say of where a document stands, checked and in the storage's words. */
import { type FolderId, limits, normalTag, parseFolderId } from '@weft/protocol'
import { Refused } from './refused.ts'

/** Normal, in order, each once. */
export function tagsOf(sent: readonly string[]): readonly string[] {
  const found = sent.map((text, index) => {
    const tag = normalTag(text)
    if (tag === null) throw notATag(`tags.${index}`)
    return tag
  })
  const tags = [...new Set(found)].sort()
  if (tags.length > limits.tagsPerDocument)
    throw new Refused('invalid-request', {
      errors: [{ path: 'tags', message: `A document has at most ${limits.tagsPerDocument} tags.` }],
    })
  return tags
}

/** `path`: the field or parameter that holds it. */
export function tagOf(sent: string, path: string): string {
  const tag = normalTag(sent)
  if (tag === null) throw notATag(path)
  return tag
}

export function folderIdOf(sent: string): FolderId {
  const id = parseFolderId(sent)
  if (id === null) throw new Refused('no-such-folder')
  return id
}

function notATag(path: string): Refused {
  const message = `A tag has 1 to ${limits.tagLength} letters, digits and _ . / + # -, and begins with one of the first two.`
  return new Refused('invalid-request', { errors: [{ path, message }] })
}
