/** Chips at the edge for people whose caret is out of view: arrow, name, line; at most three, the rest as a number. */
import { words } from './words.ts'

export interface Beyond {
  readonly client: number
  readonly name: string
  readonly dye: number
  readonly line: number
  readonly where: 'above' | 'below'
  /** How far away, in any unit. */
  readonly distance: number
}

export interface EdgeChips {
  readonly dom: HTMLElement
  show(people: readonly Beyond[]): void
}

const mostChips = 3

/** They can be clicked but not focused: the list of people does the same from the keyboard. */
export function createEdgeChips(document: Document, onPick: (client: number) => void): EdgeChips {
  const dom = document.createElement('div')
  dom.className = 'weft-chips'
  dom.setAttribute('aria-hidden', 'true')
  const edges = {
    above: dom.appendChild(document.createElement('div')),
    below: dom.appendChild(document.createElement('div')),
  }
  edges.above.className = 'weft-chips-above'
  edges.below.className = 'weft-chips-below'
  let shown = ''

  function chip({ client, name, dye, line, where }: Beyond): HTMLElement {
    const button = document.createElement('button')
    button.type = 'button'
    button.tabIndex = -1
    button.className = `weft-chip dye-${dye}`
    const arrow = button.appendChild(document.createElement('i'))
    arrow.textContent = where === 'above' ? '↑' : '↓'
    button.appendChild(document.createElement('b')).textContent = name
    button.append(words.line(line))
    // Focus stays where it is.
    button.addEventListener('mousedown', (event) => event.preventDefault())
    button.addEventListener('click', () => onPick(client))
    return button
  }

  return {
    dom,
    show(people) {
      const nearest = [...people].sort((a, b) => a.distance - b.distance || a.client - b.client)
      const chips = nearest.slice(0, mostChips)
      const more = nearest.length - chips.length
      const content = JSON.stringify([chips.map(({ distance, ...facts }) => facts), more])
      if (content === shown) return
      shown = content
      edges.above.replaceChildren(...chips.filter(({ where }) => where === 'above').map(chip))
      edges.below.replaceChildren(...chips.filter(({ where }) => where === 'below').map(chip))
      if (more === 0) return
      const rest = edges.below.appendChild(document.createElement('span'))
      rest.className = 'weft-chip'
      rest.textContent = words.more(more)
    },
  }
}
