/** Random edits on Yjs documents, for tests that want updates such as people make. */
import * as Y from 'yjs'
import type { Random } from './random.ts'

const alphabet = ['a', 'b', ' ', '\n', 'ß', 'é', '中', '文', 'שלום', 'مرحبا', '🧵', '👩‍👩‍👧', '\u200f', '0']

function randomText(seeded: Random): string {
  return Array.from({ length: 1 + seeded.below(4) }, () => seeded.pick(alphabet)).join('')
}

/** One edit of a text: mostly insertions; never half an emoji. */
export function editText(text: Y.Text, seeded: Random): void {
  const content = text.toString()
  const at = wholeIndex(content, seeded.below(content.length + 1))
  if (content.length > 0 && seeded.chance(0.3)) {
    const end = wholeIndex(content, Math.min(content.length, at + 1 + seeded.below(5)))
    if (end > at) text.delete(at, end - at)
  } else text.insert(at, randomText(seeded))
}

/** Edits of every shared type, for documents that take them. */
export function editAnything(doc: Y.Doc, seeded: Random): void {
  const map = doc.getMap('map')
  const list = doc.getArray('list')
  const xml = doc.getXmlFragment('xml')
  switch (seeded.below(7)) {
    case 0:
      map.set(
        seeded.pick(['a', 'b', 'c']),
        seeded.pick<unknown>([1, -70, 2 ** 40, 1.5, 'x', null, true, { a: [1, { b: 2 }] }]),
      )
      return
    case 1:
      list.insert(seeded.below(list.length + 1), [randomText(seeded), seeded.below(1000), [seeded.next()]])
      return
    case 2:
      if (list.length > 0) list.delete(seeded.below(list.length), 1)
      return
    case 3: {
      const element = new Y.XmlElement('p')
      element.setAttribute('class', randomText(seeded))
      element.insert(0, [new Y.XmlText(randomText(seeded))])
      xml.insert(seeded.below(xml.length + 1), [element])
      return
    }
    case 4: {
      const text = doc.getText('rich')
      text.insert(0, randomText(seeded), { bold: true })
      text.insertEmbed(0, { image: randomText(seeded) })
      if (text.length > 3) text.format(1, 2, { italic: { deep: [1] } })
      return
    }
    case 5:
      map.set('nested', new Y.Map([['bytes', new Uint8Array([1, 2, 3])]]))
      return
    default:
      map.set('sub', new Y.Doc({ guid: randomText(seeded), autoLoad: true }))
  }
}

/** Where a letter begins, at `index` or one before. */
export function wholeIndex(content: string, index: number): number {
  const unit = content.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index
}
