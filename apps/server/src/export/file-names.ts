/** Names that every file system takes, and that are not taken yet. */

/** What Windows, macOS or Linux do not take in a name, or show as something else than it is. */
const forbidden = /[<>:"/\\|?*\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d|__macosx|thumbs|desktop)(?=\.|$)/i

/** Room for ` (1000)` and an ending within 255 bytes. */
const longestBytes = 220

/** `title` as a name, with `ending` if it does not have it by itself. */
export function fileNameFor(title: string, ending = ''): string {
  const bare = title.toLowerCase().endsWith(ending.toLowerCase())
    ? title.slice(0, title.length - ending.length)
    : title
  const clean = bare
    .normalize('NFC')
    .toWellFormed()
    .replace(forbidden, '-')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+/, (start) => (start.includes('.') ? '_' : ''))
    .replace(/[. ]+$/, '')
  const cut = cutToBytes(clean, longestBytes).replace(/[. ]+$/, '')
  const name = cut === '' ? 'Untitled' : cut.replace(reserved, '$&_')
  return `${name}${ending}`
}

/** Gives each name once in a folder, whatever the case: `Notes.md`, then `Notes (2).md`. */
export function uniqueNames(taken: Iterable<string> = []) {
  const used = new Set([...taken].map(keyOf))
  const last = new Map<string, number>()
  return (name: string): string => {
    const [, stem = name, ending = ''] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? []
    const key = keyOf(name)
    for (let number = last.get(key) ?? 1; ; number++) {
      const candidate = number === 1 ? name : `${stem} (${number})${ending}`
      if (used.has(keyOf(candidate))) continue
      used.add(keyOf(candidate))
      last.set(key, number + 1)
      return candidate
    }
  }
}

function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function cutToBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  return new TextDecoder().decode(Buffer.from(text).subarray(0, most)).replace(/\ufffd+$/, '')
}
