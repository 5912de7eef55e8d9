/** Hands `text` to the browser's downloads as a UTF-8 file. */
export function downloadText(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The download has its own hold on the blob once the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** A title that is a file name already (`relay.toml`) stays; others get `extension`. */
export function fileNameOf(title: string, extension: 'md' | 'txt'): string {
  const safe =
    title
      .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
      .replace(/^\.+/, '')
      .trim()
      .slice(0, 120) || 'document'
  return /\.[A-Za-z][A-Za-z0-9]{0,7}$/.test(safe) ? safe : `${safe}.${extension}`
}
