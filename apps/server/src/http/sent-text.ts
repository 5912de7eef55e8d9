import { textFault } from '@weft/protocol'
import { Refused } from './refused.ts'

/** Throws Refused for what is no text. */
export function textIn(bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Refused('malformed-text', { detail: 'The body is not UTF-8.' })
  }
  refuseFaults(text)
  return text
}

/** Throws Refused for text that no document may hold. */
export function refuseFaults(text: string): void {
  const fault = textFault(text)
  if (fault === 'malformed-text') throw new Refused('malformed-text')
  if (fault !== 'malformed-line-ends') return
  const end = text.indexOf('\r')
  let line = 1
  // Without a list of the lines: there may be millions, and the event loop waits.
  for (let at = 0; at < end; at++) if (text.charCodeAt(at) === 0x0a) line++
  throw new Refused('malformed-line-ends', { detail: `There is a carriage return in line ${line}.` })
}
