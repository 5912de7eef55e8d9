/** Which edit has arrived at whom, and how long that took. */
import { type Histogram, histogram } from './histogram.ts'

export interface Deliveries {
  /** Of edits in the measured time. */
  readonly latency: Histogram
  readonly expected: number
  readonly delivered: number
  /** Of all edits. */
  readonly arrivals: number
  /** Edits that came to somebody in another room. */
  readonly strays: number
  scheduled(author: number, edit: number, at: number, measured: boolean): void
  arrived(author: number, edit: number, reader: number, at: number): void
}

export interface DeliveriesOptions {
  readonly clients: number
  readonly rooms: number
  readonly editsPerClient: number
  /** Clients from this number on do not read. */
  readonly readers: number
}

export function deliveries(options: DeliveriesOptions): Deliveries {
  const { clients, rooms, editsPerClient, readers } = options
  const roomSize = Math.ceil(clients / rooms)
  const scheduledAt = new Float64Array(clients * editsPerClient)
  const isMeasured = new Uint8Array(clients * editsPerClient)
  /** One byte for each edit and each place in its room: what comes twice counts once. */
  const seen = new Uint8Array(clients * editsPerClient * roomSize)
  const readersOf = new Uint32Array(rooms)
  for (let client = 0; client < readers; client++)
    readersOf[client % rooms] = (readersOf[client % rooms] ?? 0) + 1
  const latency = histogram()
  let expected = 0
  let delivered = 0
  let arrivals = 0
  let strays = 0

  return {
    latency,
    get expected() {
      return expected
    },
    get delivered() {
      return delivered
    },
    get arrivals() {
      return arrivals
    },
    get strays() {
      return strays
    },
    scheduled(author, edit, at, measured) {
      const id = author * editsPerClient + edit
      scheduledAt[id] = at
      if (!measured) return
      isMeasured[id] = 1
      expected += (readersOf[author % rooms] ?? 0) - 1
    },
    arrived(author, edit, reader, at) {
      if (author === reader || author >= clients || edit >= editsPerClient) return
      if (author % rooms !== reader % rooms) {
        strays += 1
        return
      }
      const id = author * editsPerClient + edit
      const pair = id * roomSize + Math.floor(reader / rooms)
      if (seen[pair] === 1) return
      seen[pair] = 1
      arrivals += 1
      if (isMeasured[id] !== 1) return
      delivered += 1
      latency.add(at - (scheduledAt[id] ?? 0))
    },
  }
}
