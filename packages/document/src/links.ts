/**
 * Where Markdown leads to: the destinations of links and pictures, of reference definitions, and of `src` and `href`
 * in HTML. What is code is left alone. It finds what a reader of the text would call a link; where Markdown's rules
 * are finer than that, a text stays as it is.
 */

/** `text` with each destination replaced by what `rewrite` makes of it; `null` leaves one as it is. */
export function rewriteLinks(text: string, rewrite: (destination: string) => string | null): string {
  let made = ''
  let copied = 0
  for (const { start, end } of destinations(text)) {
    const fresh = rewrite(text.slice(start, end))
    if (fresh === null) continue
    made += text.slice(copied, start) + fresh
    copied = end
  }
  return copied === 0 ? text : made + text.slice(copied)
}

interface Span {
  readonly start: number
  readonly end: number
}

function* destinations(text: string): Generator<Span> {
  for (const prose of withoutFences(text)) yield* destinationsIn(text, prose)
}

/** A line that opens or closes a block of code, in lists and quotations too. */
const fenceLine = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})(.*)$/

/** What lies between blocks of code. */
function* withoutFences(text: string): Generator<Span> {
  let fence: string | null = null
  let start = 0
  for (let line = 0; line < text.length; ) {
    const found = text.indexOf('\n', line)
    const end = found === -1 ? text.length : found + 1
    const [, mark = '', rest = ''] =
      fenceLine.exec(text.slice(line, Math.min(end, line + 200)).trimEnd()) ?? []
    if (fence === null && mark !== '' && !(mark.startsWith('`') && rest.includes('`'))) {
      yield { start, end: line }
      fence = mark
    } else if (fence !== null && mark.startsWith(fence) && rest.trim() === '') {
      fence = null
      start = end
    }
    line = end
  }
  if (fence === null) yield { start, end: text.length }
}

/** Longer ones are no addresses; and nothing is looked at twice for longer than this. */
const longest = 4_000
const definition = /\[[^\][\n]{1,999}\]:[ \t]*\n?[ \t]*/y
const tag = /<[a-z][^<>]{0,4000}>/iy
const attribute = /\s(?:src|href)\s*=\s*(?:"([^"]*)"|'([^']*)')/dgi

function* destinationsIn(text: string, { start, end }: Span): Generator<Span> {
  const closers = codeSpanEnds(text, start, end)
  let isLineStart = true
  for (let at = start; at < end; ) {
    const character = text[at]
    if (character === '\n') {
      isLineStart = true
      at++
      continue
    }
    if (character === '\\') at += 2
    else if (character === '`') at = closers.get(at) ?? afterRun(text, at)
    else if (character === ']' && text[at + 1] === '(') {
      const span = destinationAt(text, afterBlank(text, at + 2), ')')
      if (span !== null && span.end > span.start) yield span
      at = span === null ? at + 2 : span.end
    } else if (character === '[' && isLineStart) {
      definition.lastIndex = at
      const from = definition.test(text) ? definition.lastIndex : null
      const span = from === null ? null : destinationAt(text, from, '\n')
      if (span !== null && span.end > span.start) yield span
      at = span === null ? at + 1 : span.end
    } else if (character === '<') {
      tag.lastIndex = at
      const [found] = tag.exec(text) ?? []
      if (found !== undefined) yield* attributesOf(found, at)
      at += found?.length ?? 1
    } else at++
    if (character !== ' ' && character !== '>') isLineStart = false
  }
}

function* attributesOf(found: string, offset: number): Generator<Span> {
  for (const { indices } of found.matchAll(attribute)) {
    const [start, end] = indices?.[1] ?? indices?.[2] ?? [0, 0]
    if (end > start) yield { start: offset + start, end: offset + end }
  }
}

/** The destination that begins here: `<in brackets>`, or up to a blank, with balanced parentheses. */
function destinationAt(text: string, at: number, closer: ')' | '\n'): Span | null {
  const last = Math.min(text.length, at + longest)
  if (text[at] === '<') {
    for (let end = at + 1; end < last; end++) {
      if (text[end] === '\n' || text[end] === '<') return null
      if (text[end] === '\\') end++
      else if (text[end] === '>') return { start: at + 1, end }
    }
    return null
  }
  let depth = 0
  for (let end = at; end < last; end++) {
    const character = text[end] ?? ''
    if (character === '\\') end++
    else if (character === '(' && ++depth > 32) return null
    else if (character === ')' && --depth < 0) return { start: at, end }
    else if (/\s/.test(character)) {
      if (closer === '\n') return { start: at, end }
      const next = text[afterBlank(text, end)] ?? ' '
      return depth === 0 && `)"'(`.includes(next) ? { start: at, end } : null
    }
  }
  return closer === '\n' && last === text.length ? { start: at, end: last } : null
}

function afterBlank(text: string, at: number): number {
  let next = at
  while (next < at + 1_000 && /\s/.test(text[next] ?? '')) next++
  return next
}

function afterRun(text: string, at: number): number {
  let end = at
  while (text[end] === '`') end++
  return end
}

/** For each run of backticks that opens code: where that code ends. One of the same length closes it. */
function codeSpanEnds(text: string, start: number, end: number): ReadonlyMap<number, number> {
  const runs: Span[] = []
  for (let at = text.indexOf('`', start); at !== -1 && at < end; at = text.indexOf('`', at)) {
    runs.push({ start: at, end: afterRun(text, at) })
    at = afterRun(text, at)
  }
  const ends = new Map<number, number>()
  const nextOfLength = new Map<number, number>()
  for (const run of runs.toReversed()) {
    const length = run.end - run.start
    const close = nextOfLength.get(length)
    if (close !== undefined && !isParted(text, run.end, close)) ends.set(run.start, close)
    nextOfLength.set(length, run.end)
  }
  return ends
}

/** A blank line ends a paragraph, and code with it. Only so far is looked: longer code is none. */
function isParted(text: string, from: number, to: number): boolean {
  return to - from > longest || /\n[ \t]*\n/.test(text.slice(from, to))
}
