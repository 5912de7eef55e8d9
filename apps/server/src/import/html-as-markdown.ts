/** HTML as Markdown with GitHub's tables, task lists and strike-through. Slow on strange input: for a thread alone. */
import { gfm } from '@joplin/turndown-plugin-gfm'
import { createDocument } from '@mixmark-io/domino'
import Turndown from 'turndown'

export interface ConvertedPage {
  /** What the page calls itself, or empty. */
  readonly title: string
  readonly markdown: string
}

const unseen = ['script', 'style', 'noscript', 'template', 'iframe', 'object', 'title'] as const

const turndown = new Turndown({
  headingStyle: 'atx',
  codeBlockStyle: 'fenced',
  bulletListMarker: '-',
  emDelimiter: '_',
})
turndown.use(gfm)
turndown.remove([...unseen] as Turndown.TagName[])
// A picture inside the page would be a line of a million characters.
turndown.addRule('embedded', {
  filter: (node) => node.nodeName === 'IMG' && /^\s*data:/i.test(node.getAttribute('src') ?? ''),
  replacement: (_, node) => turndown.escape((node as { alt?: string }).alt ?? ''),
})
turndown.addRule('items', { filter: 'li', replacement: listItem })

/** Of lists that count: the number of the item before. */
const counted = new WeakMap<object, number>()

/** One blank behind the mark, and what belongs to the item as far in as its text. */
function listItem(content: string, node: Turndown.Node): string {
  const { parentNode: list, nextSibling } = node as unknown as ListItem
  const mark = list.nodeName === 'OL' ? `${nextNumber(list)}. ` : '- '
  const lines = content.trim().replaceAll('\n', `\n${' '.repeat(mark.length)}`)
  return `${mark}${lines.replace(/^(\[[ x]\]) +/, '$1 ').replace(/[ \t]+$/gm, '')}${nextSibling === null ? '' : '\n'}`
}

interface ListItem {
  readonly parentNode: { readonly nodeName: string; getAttribute(name: string): string | null }
  readonly nextSibling: object | null
}

function nextNumber(list: ListItem['parentNode']): number {
  const start = Number.parseInt(list.getAttribute('start') ?? '1', 10)
  const number = (counted.get(list) ?? (start >= 0 && start < 1e9 ? start : 1) - 1) + 1
  counted.set(list, number)
  return number
}

/** Throws on what nests too deep. */
export function htmlAsMarkdown(html: string): ConvertedPage {
  const { title, body } = createDocument(html)
  const markdown = turndown.turndown(body as Turndown.Node).trim()
  return { title: title.replace(/\s+/g, ' ').trim(), markdown: markdown === '' ? '' : `${markdown}\n` }
}
