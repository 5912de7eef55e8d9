/** Markdown as documents use it here: GitHub's, with front matter and quiet task marks. */
import { markdown, markdownLanguage } from '@codemirror/lang-markdown'
import type { LanguageSupport } from '@codemirror/language'
import { styleTags, tags } from '@lezer/highlight'
import { findLanguage } from './languages.ts'

type MarkdownConfig = NonNullable<NonNullable<Parameters<typeof markdown>[0]>['extensions']>

/** `---`, lines of `key: value`, `---`, at the very start. Without it the last `---` would make them a heading. */
const frontMatter: MarkdownConfig = {
  defineNodes: [
    { name: 'FrontMatter', block: true },
    { name: 'FrontMatterMark', style: tags.processingInstruction },
    { name: 'FrontMatterKey', style: tags.propertyName },
  ],
  parseBlock: [
    {
      name: 'FrontMatter',
      before: 'HorizontalRule',
      parse(context, line) {
        if (context.lineStart !== 0 || line.text.trimEnd() !== '---') return false
        const parts = [context.elt('FrontMatterMark', 0, 3)]
        let end = 3
        while (context.nextLine()) {
          const from = context.lineStart
          end = from + line.text.length
          if (/^(?:---|\.\.\.)\s*$/.test(line.text)) {
            parts.push(context.elt('FrontMatterMark', from, from + 3))
            context.nextLine()
            break
          }
          const key = /^\s*[\w-]+(?=:)/.exec(line.text)?.[0]
          if (key !== undefined) parts.push(context.elt('FrontMatterKey', from, from + key.length))
        }
        context.addElement(context.elt('FrontMatter', 0, end, parts))
        return true
      },
    },
  ],
}

const quietTasks: MarkdownConfig = { props: [styleTags({ TaskMarker: tags.processingInstruction })] }

/** With the keys that continue and end lists. */
export function markdownSupport(): LanguageSupport {
  return markdown({
    base: markdownLanguage,
    codeLanguages: findLanguage,
    extensions: [frontMatter, quietTasks],
  })
}
