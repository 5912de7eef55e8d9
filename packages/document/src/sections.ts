/** The parts of a Markdown text that its headings make. Headings are lines that start with `#`; fences hide them. */

export interface Heading {
  /** 1 to 6. */
  readonly level: number
  /** Without its marks. */
  readonly title: string
  /** From 1. */
  readonly line: number
  /** Where its line starts. */
  readonly from: number
}

export interface Section {
  readonly heading: Heading
  /** From the heading's line to the next heading that is not below it. */
  readonly from: number
  readonly to: number
}

/** `absent` and `ambiguous` come with the headings that could have been meant. */
export type FoundSection =
  | { readonly section: Section }
  | { readonly reason: 'absent' | 'ambiguous'; readonly headings: readonly Heading[] }

export function headingsOf(text: string): readonly Heading[] {
  const headings: Heading[] = []
  let fence: string | null = null
  let line = 0
  for (let from = 0; from <= text.length; line++) {
    const end = endOfLine(text, from)
    const content = text.slice(from, end)
    const mark = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(content)?.[1]
    if (fence !== null) {
      if (closes(content, fence)) fence = null
    } else if (mark !== undefined) fence = mark
    else {
      // `s`: U+2028 ends no line.
      const parts = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/s.exec(content)
      if (parts !== null)
        headings.push({ level: (parts[1] ?? '').length, title: plain(parts[2] ?? ''), line: line + 1, from })
    }
    from = end + 1
  }
  return headings
}

/** `name` is a heading as it is written, `## Log`, or its words alone, `Log`, on any level. */
export function findSection(text: string, name: string): FoundSection {
  const headings = headingsOf(text)
  const [, marks = '', words = ''] = /^(#{0,6})(.*)$/s.exec(name.trim()) ?? []
  const title = plain(words)
  const meant = headings.filter(
    (heading) => heading.title === title && (marks === '' || heading.level === marks.length),
  )
  const [heading] = meant
  if (heading === undefined) return { reason: 'absent', headings }
  if (meant.length > 1) return { reason: 'ambiguous', headings: meant }
  const next = headings.find(({ from, level }) => from > heading.from && level <= heading.level)
  return { section: { heading, from: heading.from, to: next?.from ?? text.length } }
}

/** Behind the last line of a section that is not blank. */
export function endOfContent(text: string, { from, to }: Section): number {
  const content = text.slice(from, to).trimEnd()
  return Math.min(to, endOfLine(text, from + content.length) + 1)
}

function closes(line: string, fence: string): boolean {
  const mark = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1]
  return mark?.startsWith(fence) === true
}

function plain(words: string): string {
  return words
    .trim()
    .replace(/(^|[ \t])#+$/, '')
    .trim()
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}
