/** R3: a room subscribes before it reads. What is published in between waits here until the room can hear it. */
import type { DocumentId } from '@weft/protocol'
import type { Bus, BusMessage, Unsubscribe } from './ports.ts'

export interface EarlyMessages {
  readonly unsubscribe: Unsubscribe
  /** From now on `hear` is told at once; first what waits. */
  deliverTo(hear: (message: BusMessage) => void): void
}

export async function subscribeEarly(document: DocumentId, bus: Bus): Promise<EarlyMessages> {
  const early: BusMessage[] = []
  let deliver = (message: BusMessage): unknown => early.push(message)
  const unsubscribe = await bus.subscribe(document, {
    onMessage: (message) => void deliver(message),
    onLapse: () => void deliver({ type: 'head', position: Number.POSITIVE_INFINITY }),
  })
  return {
    unsubscribe,
    deliverTo(hear) {
      deliver = hear
      for (const message of early) hear(message)
    },
  }
}
