import { type DocumentKind, limits } from '@weft/protocol'

/** What to call a document that nobody has named: its first top heading, else its first line; `null` if blank. */
export function titleOf(text: string, kind: DocumentKind): string | null {
  const top = text.slice(0, searched).replace(/[\ud800-\udbff]$/, '')
  const lines = withoutFrontMatter(top).split('\n')
  const heading = kind === 'markdown' ? topHeading(lines) : undefined
  const line = heading ?? lines.map(plain).find((candidate) => candidate !== '')
  return line === undefined ? null : cut(line)
}

/** UTF-16 units. A title is found near the top or not at all. */
const searched = 16 * 1024

function topHeading(lines: readonly string[]): string | undefined {
  let fence: string | null = null
  for (const line of lines) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === null && mark !== undefined) fence = mark
    else if (fence !== null && mark?.startsWith(fence)) fence = null
    else if (fence === null && /^ {0,3}#\s/.test(line) && plain(line) !== '') return plain(line)
  }
  return undefined
}

/** A line as a title: without heading marks, line and control characters, or runs of blanks. */
function plain(line: string): string {
  return (
    line
      .replace(/^ {0,3}#{1,6}\s+/, '')
      .replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
      // Where blanks stand alone, so that a run of them is not tried from each of its places.
      .replace(/ #+ ?$/, '')
      .trim()
  )
}

function withoutFrontMatter(text: string): string {
  const end = text.startsWith('---\n') ? text.indexOf('\n---\n', 3) : -1
  return end === -1 ? text : text.slice(end + 5)
}

/** Never through the middle of a character. */
function cut(line: string): string {
  return line
    .slice(0, limits.titleLength)
    .replace(/[\ud800-\udbff]$/, '')
    .trim()
}
