/** What a template's text may ask for. */
export interface TemplateValues {
  readonly date: string
  readonly title: string
  readonly name: string
}

/** So many places are filled in; more make no document that anybody writes, but a text of any length. */
const mostPlaces = 1_000

/** `text` with `{{date}}`, `{{title}}` and `{{name}}` filled in. What is filled in is not looked at again. */
export function filledTemplate(text: string, values: TemplateValues): string {
  const place = /\{\{ *(date|title|name) *\}\}/g
  const parts: string[] = []
  let from = 0
  for (let count = 0; count < mostPlaces; count++) {
    const found = place.exec(text)
    if (found === null) break
    const name = found[1] === 'date' ? 'date' : found[1] === 'title' ? 'title' : 'name'
    parts.push(text.slice(from, found.index), values[name])
    from = place.lastIndex
  }
  return [...parts, text.slice(from)].join('')
}
