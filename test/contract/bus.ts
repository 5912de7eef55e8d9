/**
 * What every Bus promises to a node, whether there are others or not:
 *
 * B1  A node never hears itself.
 * B2  A subscription can be ended twice; publishing goes on without it.
 * B3  Publishing needs no subscriber and never throws.
 */
import type { Bus, BusMessage } from '@weft/sync'
import { describe, expect, test } from 'vitest'
import { documentId } from './adapter.ts'

const messages: readonly BusMessage[] = [
  { type: 'update', position: 3, entries: 1, update: new Uint8Array([1, 2, 3]) },
  { type: 'head', position: 3 },
  { type: 'presence', states: new Uint8Array([0]) },
  { type: 'gone' },
]

export function busSuite(name: string, open: () => Bus): void {
  describe(`bus: ${name}`, () => {
    const document = documentId('document')

    test('[B1] a node does not hear what it publishes', async () => {
      const bus = open()
      const heard: unknown[] = []
      const ends = await Promise.all(
        ['one', 'two'].map(() =>
          bus.subscribe(document, {
            onMessage: (message) => heard.push(message),
            onLapse: () => heard.push('lapse'),
          }),
        ),
      )
      for (const message of messages) bus.publish(document, message)
      // Whatever would come back has come back when a later subscription is confirmed.
      const last = await bus.subscribe(document, { onMessage: () => {}, onLapse: () => {} })
      expect(heard).toEqual([])
      for (const end of [...ends, last]) end()
    })

    test('[B2] a subscription ends once, however often it is ended', async () => {
      const bus = open()
      const end = await bus.subscribe(document, { onMessage: () => {}, onLapse: () => {} })
      end()
      end()
      for (const message of messages) bus.publish(document, message)
      const again = await bus.subscribe(document, { onMessage: () => {}, onLapse: () => {} })
      again()
    })

    test('[B3] a message for nobody is no error', () => {
      const bus = open()
      for (const message of messages) expect(() => bus.publish(documentId('nobody'), message)).not.toThrow()
    })
  })
}
