/**
 * What a file is, by its bytes alone: neither its name nor its sender decides what a browser makes of it. Nothing
 * that could run as a page is ever called by a type that lets it.
 */
import { fileTypeFromBuffer } from 'file-type'

/** Raster images, sound and film: shown in place. All else is offered as a download. */
const shownTypes = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/ogg',
  'audio/wav',
  'audio/flac',
  'video/mp4',
  'video/webm',
  'video/ogg',
])

export const svgType = 'image/svg+xml'
const textType = 'text/plain; charset=utf-8'
const unknownType = 'application/octet-stream'

/** XML in these types would be parsed, and could be a page. */
const isMarkup = /(?:\/|\+)(?:xml|html|xhtml)|html/

/** `head`: its first bytes, all of them if it is small. */
export async function attachmentType(head: Uint8Array, isWhole: boolean): Promise<string> {
  const found = await fileTypeFromBuffer(head)
  if (found !== undefined && !isMarkup.test(found.mime)) return found.mime
  const text = textOf(head, isWhole)
  if (text === null) return unknownType
  return isSvg(text) ? svgType : textType
}

export function isShownInPlace(type: string): boolean {
  return shownTypes.has(type)
}

/** Whether Markdown shows it as a picture. */
export function isPicture(type: string): boolean {
  return type.startsWith('image/')
}

function textOf(head: Uint8Array, isWhole: boolean): string | null {
  try {
    // Cut off in the middle of a character, it is text none the less.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole })
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

/** Its root is `svg`, whatever XML puts before it. */
function isSvg(text: string): boolean {
  let rest = text.trimStart()
  for (;;) {
    const prolog = /^(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?[^>]*>)\s*/i.exec(rest)
    if (prolog === null) return /^<svg[\s>]/i.test(rest)
    rest = rest.slice(prolog[0].length)
  }
}
