/** From the scheduled time of an edit to the receipt that covers it. */
import { type Histogram, histogram } from './histogram.ts'

export interface ReceiptTimes {
  readonly latency: Histogram
  /** Measured edits without a receipt. */
  readonly missing: number
  /** `message`: the number, from 1 on, of this edit among the sync messages of its client. */
  sent(client: number, message: number, scheduledAt: number, measured: boolean): void
  /** The first `messages` sync messages of this client are durable. */
  receipt(client: number, messages: number, at: number): void
}

interface Waiting {
  readonly message: number
  readonly scheduledAt: number
  readonly measured: boolean
}

export function receiptTimes(clients: number): ReceiptTimes {
  const latency = histogram()
  const waiting: Waiting[][] = Array.from({ length: clients }, () => [])
  return {
    latency,
    get missing() {
      return waiting.flat().filter(({ measured }) => measured).length
    },
    sent(client, message, scheduledAt, measured) {
      waiting[client]?.push({ message, scheduledAt, measured })
    },
    receipt(client, messages, at) {
      const own = waiting[client] ?? []
      while (own[0] !== undefined && own[0].message <= messages) {
        const done = own.shift()
        if (done?.measured === true) latency.add(at - done.scheduledAt)
      }
    },
  }
}
