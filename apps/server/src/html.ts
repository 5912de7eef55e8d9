/** HTML that needs no library: plain text, and the page around what is rendered. */

export function htmlOfText(text: string): string {
  return `<pre><code>${escaped(text)}</code></pre>\n`
}

export interface HtmlPage {
  readonly title: string
  /** Safe already. */
  readonly body: string
}

/** A page that stands alone: no script, nothing from elsewhere. */
export function htmlPage({ title, body }: HtmlPage): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<main>
${body}</main>
</body>
</html>
`
}

export const pageStyle = `
body { margin: 0; background: Canvas; color: CanvasText; color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem; overflow-wrap: break-word }
pre { overflow-x: auto; padding: 0.75rem 1rem; background: color-mix(in srgb, CanvasText 6%, Canvas) }
code { font-family: ui-monospace, monospace; font-size: 0.9em }
img { max-width: 100% }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid color-mix(in srgb, CanvasText 25%, Canvas) }
table { border-collapse: collapse }
th, td { padding: 0.25rem 0.75rem; border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas) }
`

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character as keyof typeof entities])
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const
