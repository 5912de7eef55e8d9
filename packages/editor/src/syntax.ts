/** Source colours: few hues; weight and slant do most of the work. No size changes: a line keeps its height. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { tags } from '@lezer/highlight'

const style = HighlightStyle.define([
  { tag: tags.heading, fontWeight: '700', color: 'var(--syn-heading)' },
  { tag: tags.strong, fontWeight: '700' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: [tags.link, tags.url], color: 'var(--syn-link)' },
  { tag: tags.quote, color: 'var(--ink-2)' },
  { tag: tags.monospace, color: 'var(--syn-code)' },
  {
    tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.propertyName, tags.tagName],
    color: 'var(--syn-keyword)',
  },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.inserted], color: 'var(--syn-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--syn-number)' },
  {
    tag: [tags.typeName, tags.className, tags.namespace, tags.attributeName, tags.labelName],
    color: 'var(--syn-type)',
  },
  { tag: tags.comment, color: 'var(--syn-comment)', fontStyle: 'italic' },
  { tag: [tags.deleted, tags.invalid], color: 'var(--danger)' },
  // Markdown's own marks, after the rest so that they stay quiet inside headings and links.
  {
    tag: [tags.processingInstruction, tags.contentSeparator, tags.meta],
    color: 'var(--mark)',
    fontWeight: '400',
  },
])

export const syntax: Extension = syntaxHighlighting(style)
