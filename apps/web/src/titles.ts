/** The beginning of a title, at most `length` long, without half of an emoji at its end. */
export function cutTitle(title: string, length: number): string {
  const cut = title.slice(0, length)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}
