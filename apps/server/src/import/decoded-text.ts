/**
 * Bytes of a file as a text that a document may hold. Importing is where repairs are allowed, and each is named;
 * what could only be guessed at is refused.
 */
import { type ImportFailure, type ImportRepair, limits, repairText } from '@weft/protocol'

export type DecodedText =
  | { readonly text: string; readonly repairs: readonly ImportRepair[] }
  | { readonly failure: ImportFailure }

/** `isKnownAsText`: it was a document's text when it was exported, and those may hold zeros. */
export function decodedText(bytes: Uint8Array, { isKnownAsText = false } = {}): DecodedText {
  const { label, isMarked } = encodingOf(bytes)
  const repairs: ImportRepair[] = label === 'utf-8' ? [] : ['utf-16']
  if (label === 'utf-8' && isMarked) repairs.push('byte-order-mark')
  let decoded: string
  try {
    decoded = new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return { failure: bytes.includes(0) ? 'not-text' : 'not-utf-8' }
  }
  // Text files hold none; files that only look like text do.
  if (!isKnownAsText && decoded.includes('\0')) return { failure: 'not-text' }
  const text = repairText(decoded)
  if (text !== decoded) repairs.push('line-ends')
  if (text.length > limits.textLength) return { failure: 'too-long' }
  return { text, repairs }
}

function encodingOf([first, second, third]: Uint8Array): { label: string; isMarked: boolean } {
  if (first === 0xff && second === 0xfe) return { label: 'utf-16le', isMarked: true }
  if (first === 0xfe && second === 0xff) return { label: 'utf-16be', isMarked: true }
  return { label: 'utf-8', isMarked: first === 0xef && second === 0xbb && third === 0xbf }
}
