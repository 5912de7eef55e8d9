import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { MalformedUpdate, UpdateGap } from '../../packages/sync/src/errors.ts'
import { scan } from '../../packages/sync/src/scan.ts'
import { editAnything, editText } from '../support/edits.ts'
import { random, seeds } from '../support/random.ts'

/** Real updates: single edits, and whole documents. */
function updatesOf(seed: number, kind: 'text' | 'yjs'): Uint8Array[] {
  const seeded = random(seed)
  const doc = new Y.Doc()
  doc.clientID = 1 + seeded.below(2 ** 32 - 1)
  const other = new Y.Doc()
  const updates: Uint8Array[] = []
  for (const each of [doc, other]) each.on('update', (update: Uint8Array) => updates.push(update))
  for (let step = 0; step < 30; step++) {
    const editor = seeded.chance(0.5) ? doc : other
    if (kind === 'text') editText(editor.getText('content'), seeded)
    else editAnything(editor, seeded)
    if (seeded.chance(0.4)) {
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(other))
      Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
    }
  }
  return [...updates, Y.encodeStateAsUpdate(doc), Y.mergeUpdates(updates.slice(0, 20))]
}

function acceptedByScan(update: Uint8Array): boolean {
  try {
    scan(update, 'yjs')
    return true
  } catch (error) {
    if (error instanceof MalformedUpdate || error instanceof UpdateGap) return false
    throw error
  }
}

/** What becomes of a client that is sent the update. Structure only: dependencies are the room's business. */
function acceptedByYjs(update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update)
    Y.applyUpdate(new Y.Doc(), update)
    return true
  } catch {
    return false
  }
}

describe('The scanner', () => {
  test.each(seeds(60))('accepts whatever Yjs itself writes (seed %i)', (seed) => {
    for (const update of updatesOf(seed, 'text')) {
      const scanned = scan(update, 'markdown')
      const decoded = Y.decodeUpdate(update)
      const clocks = decoded.structs.reduce((total, struct) => total + struct.length, 0)
      expect(scanned.sections.reduce((total, section) => total + section.length, 0)).toBe(clocks)
    }
    for (const update of updatesOf(seed, 'yjs')) expect(acceptedByScan(update)).toBe(true)
  })

  test.each(seeds(40))('accepts no mutated update that Yjs rejects (seed %i)', (seed) => {
    const seeded = random(seed)
    for (const update of [...updatesOf(seed, 'text'), ...updatesOf(seed, 'yjs')]) {
      for (let mutation = 0; mutation < 12; mutation++) {
        const mutated = update.slice()
        for (let flips = 1 + seeded.below(3); flips > 0; flips--) {
          mutated[seeded.below(mutated.length)] = seeded.below(256)
        }
        const bytes = seeded.chance(0.2) ? mutated.subarray(0, seeded.below(mutated.length)) : mutated
        if (acceptedByScan(bytes))
          expect({ bytes: [...bytes], yjs: acceptedByYjs(bytes) }).toMatchObject({ yjs: true })
      }
    }
  })

  test('refuses every truncation of a real update', () => {
    for (const update of updatesOf(7, 'yjs')) {
      for (let length = 0; length < update.length; length++)
        expect(acceptedByScan(update.subarray(0, length))).toBe(false)
    }
  })

  test('refuses a count that no bytes back, without allocating for it', () => {
    // One client, 33,554,432 structs.
    expect(acceptedByScan(Uint8Array.of(1, 128, 128, 128, 16, 1, 0))).toBe(false)
  })

  test('refuses values nested so deep that readers overflow', () => {
    const deep = new Y.Doc()
    let value: unknown = 1
    for (let depth = 0; depth < 200; depth++) value = [value]
    deep.getMap('map').set('deep', value)
    expect(acceptedByScan(Y.encodeStateAsUpdate(deep))).toBe(false)
  })

  test('keeps everything but the text out of text documents', () => {
    const intruders: ((doc: Y.Doc) => unknown)[] = [
      (doc) => doc.getText('other').insert(0, 'x'),
      (doc) => doc.getText('content').insertEmbed(0, { image: 'x' }),
      (doc) => doc.getMap('content').set('key', 1),
      (doc) => doc.getArray('content').insert(0, [1]),
      (doc) => doc.getXmlFragment('content').insert(0, [new Y.XmlElement('script')]),
    ]
    for (const intrude of intruders) {
      const doc = new Y.Doc()
      intrude(doc)
      expect(() => scan(Y.encodeStateAsUpdate(doc), 'markdown')).toThrow(MalformedUpdate)
      expect(acceptedByScan(Y.encodeStateAsUpdate(doc))).toBe(true)
    }
  })

  test.each(['markdown', 'text', 'code', 'yjs'] as const)(
    'refuses client ids wider than 32 bits in documents with text (%s)',
    (kind) => {
      const doc = new Y.Doc()
      doc.clientID = 2 ** 32
      doc.getText('content').insert(0, 'x')
      const scanned = () => scan(Y.encodeStateAsUpdate(doc), kind)
      if (kind === 'yjs') expect(scanned().sections).toHaveLength(1)
      else expect(scanned).toThrow(MalformedUpdate)
    },
  )
})
