/** `text.slice(from, to)` becomes `insert`. Lists of them are in order and do not overlap. */
export interface TextChange {
  readonly from: number
  readonly to: number
  readonly insert: string
}

export function applyChanges(text: string, changes: readonly TextChange[]): string {
  let at = 0
  const parts: string[] = []
  for (const { from, to, insert } of changes) {
    parts.push(text.slice(at, from), insert)
    at = to
  }
  return parts.join('') + text.slice(at)
}
