/** The elements of remote carets: a bar in the dye, a dot, and the name while it is shown. */
import type { Box, Place } from './label-places.ts'
import type { RemoteCaret } from './remote-carets.ts'

export interface CaretMarks {
  /** In the scrolled content, above the text; takes no pointer events. */
  readonly layer: HTMLElement
  /** One element per caret in view. Reads nothing of the layout. */
  keep(carets: readonly RemoteCaret[]): void
  /** The size of the name's box; reads the layout once per name. */
  labelSize(client: number): { readonly width: number; readonly height: number }
  /** `slide`: the caret moved by itself, so it may glide; text that moved it takes it along at once. */
  put(client: number, at: Box, slide: boolean): void
  /** `null` folds the name to the dot. */
  putLabel(client: number, place: Place | null): void
}

interface Mark {
  readonly bar: HTMLElement
  /** Not inside the bar: a folded name lies in the layer's corner, where it cannot widen what is scrolled. */
  readonly label: HTMLElement
  name: string
  dye: number
  at: Box | null
  size: { readonly width: number; readonly height: number } | null
}

export function createCaretMarks(document: Document): CaretMarks {
  const layer = document.createElement('div')
  layer.className = 'weft-carets'
  layer.setAttribute('aria-hidden', 'true')
  const marks = new Map<number, Mark>()

  function create({ client, name, dye }: RemoteCaret): Mark {
    const bar = document.createElement('i')
    bar.className = `weft-caret dye-${dye}`
    const label = document.createElement('b')
    label.className = `weft-caret-label dye-${dye}`
    label.textContent = name
    const mark: Mark = { bar, label, name, dye, at: null, size: null }
    marks.set(client, mark)
    layer.append(bar, label)
    return mark
  }

  return {
    layer,
    keep(carets) {
      const wanted = new Set(carets.map((caret) => caret.client))
      for (const [client, mark] of marks) {
        if (wanted.has(client)) continue
        mark.bar.remove()
        mark.label.remove()
        marks.delete(client)
      }
      for (const caret of carets) {
        const mark = marks.get(caret.client) ?? create(caret)
        if (mark.name !== caret.name) {
          mark.name = mark.label.textContent = caret.name
          mark.size = null
        }
        if (mark.dye === caret.dye) continue
        for (const element of [mark.bar, mark.label])
          element.classList.replace(`dye-${mark.dye}`, `dye-${caret.dye}`)
        mark.dye = caret.dye
      }
    },
    labelSize(client) {
      const mark = marks.get(client)
      if (mark === undefined) return { width: 0, height: 0 }
      mark.size ??= { width: mark.label.offsetWidth, height: mark.label.offsetHeight }
      return mark.size
    },
    put(client, at, slide) {
      const mark = marks.get(client)
      if (mark === undefined || (mark.at !== null && isSameBox(mark.at, at))) return
      for (const element of [mark.bar, mark.label])
        element.classList.toggle('weft-caret-slides', slide && mark.at?.top === at.top)
      mark.bar.style.transform = `translate(${at.left}px, ${at.top}px)`
      mark.bar.style.height = `${at.bottom - at.top}px`
      mark.at = at
    },
    putLabel(client, place) {
      const mark = marks.get(client)
      if (mark === undefined) return
      const { bar, label } = mark
      const shown = label.classList.contains('weft-caret-label-shown')
      if (place === null && !shown) {
        label.style.transform = ''
        return
      }
      bar.classList.toggle('weft-caret-named', place !== null)
      label.classList.toggle('weft-caret-label-shown', place !== null)
      if (place === null) return
      label.dataset.side = place.side
      label.style.transform = `translate(${place.left}px, ${place.top}px)`
    },
  }
}

function isSameBox(a: Box, b: Box): boolean {
  return a.left === b.left && a.top === b.top && a.bottom === b.bottom
}
