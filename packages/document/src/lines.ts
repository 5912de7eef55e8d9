/** Lines of a text, counted from 1. A line ends behind its LF; what follows the last LF is a line if there is any. */

/** The lines `first` to `last`, of which those that are not there are left out. `null`: none is there. */
export function lineRange(
  text: string,
  first: number,
  last: number,
): { readonly from: number; readonly to: number } | null {
  let from = 0
  for (let line = 1; line < first; line++) {
    from = text.indexOf('\n', from) + 1
    if (from === 0) return null
  }
  if (from >= text.length) return null
  let to = from
  for (let line = first; line <= last && to < text.length; line++) {
    const end = text.indexOf('\n', to)
    to = end === -1 ? text.length : end + 1
  }
  return { from, to }
}

/** Lines with their LF. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** A line of a text, as a message shows it. */
export interface Place {
  readonly line: number
  readonly excerpt: string
}

const excerptLength = 120

export function placeAt(text: string, offset: number): Place {
  const from = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const content = text.slice(from, end === -1 ? text.length : end)
  return { line: lineAt(text, offset), excerpt: shortened(content) }
}

export function shortened(content: string): string {
  const characters = Array.from(content.slice(0, 2 * excerptLength).toWellFormed())
  const isWhole = content.length <= 2 * excerptLength && characters.length <= excerptLength
  return isWhole ? content : `${characters.slice(0, excerptLength - 1).join('')}…`
}
