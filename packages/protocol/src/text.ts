/** What a text document may hold: LF line ends and well-formed Unicode. Half an emoji makes replicas differ for ever. */

export type TextFault = 'malformed-text' | 'malformed-line-ends'

/** The first reason to refuse `text`, or `null`. */
export function textFault(text: string): TextFault | null {
  if (!text.isWellFormed()) return 'malformed-text'
  return text.includes('\r') ? 'malformed-line-ends' : null
}

/** The nearest text that is allowed: what an editor does with a paste. */
export function repairText(text: string): string {
  return text.replace(/\r\n?/g, '\n').toWellFormed()
}

/** The one root of markdown, text and code documents: a Y.Text. */
export const contentRoot = 'content'
