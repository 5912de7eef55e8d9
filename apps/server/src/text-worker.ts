/** The thread in which texts are cut and rendered: how long that takes is the author's choice. */
import { parentPort } from 'node:worker_threads'
import { findSection, lineAt, lineRange } from '@weft/document'
import { htmlOfText } from './html.ts'
import { type TaskResult, taskThreadReady } from './task-thread.ts'
import type { ShownText, TextForm, TextPart, TextTask } from './text-tasks.ts'

if (parentPort === null) throw new Error('text-worker.ts runs as a worker thread')
const port = parentPort

port.on('message', async ({ text, form }: TextTask) => {
  let result: TaskResult<ShownText>
  try {
    result = { done: await shown(text, form) }
  } catch (error) {
    result = { failed: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' }
  }
  port.postMessage(result)
})

async function shown(text: string, { part, as }: TextForm): Promise<ShownText> {
  const range = part === null ? { from: 0, to: text.length } : rangeOf(text, part)
  if ('type' in range) return range
  const content = text.slice(range.from, range.to)
  return { type: 'shown', ...range, line: lineAt(text, range.from), content: await rendered(content, as) }
}

function rangeOf(
  text: string,
  part: TextPart,
): { readonly from: number; readonly to: number } | Exclude<ShownText, { readonly type: 'shown' }> {
  if (part.type === 'lines') return lineRange(text, part.first, part.last) ?? { type: 'absent', found: [] }
  const found = findSection(text, part.heading)
  if ('section' in found) return { from: found.section.from, to: found.section.to }
  const places = found.headings.slice(0, headingsTold).map(({ level, title, line }) => ({
    line,
    excerpt: `${'#'.repeat(level)} ${title}`.slice(0, limitOfExcerpt).toWellFormed(),
  }))
  return { type: found.reason, found: places }
}

const headingsTold = 100
const limitOfExcerpt = 120

async function rendered(content: string, as: TextForm['as']): Promise<string> {
  switch (as) {
    case 'text':
      return content
    case 'html-of-markdown': {
      // Most who want a part want its text: the renderer is loaded when it is first needed.
      const { htmlOfMarkdown } = await import('./markdown-html.ts')
      return htmlOfMarkdown(content)
    }
    case 'html-of-text':
      return htmlOfText(content)
  }
}

port.postMessage(taskThreadReady)
