/** What the generator can be asked to do, and what it answers. Jobs and answers travel between processes as JSON. */

/** How a server wants to be spoken to. */
export interface Dialect {
  /** `hocuspocus`: every message begins with the document's name. `relay`: nothing is answered, so nothing is waited for. */
  readonly kind: 'y-websocket' | 'hocuspocus' | 'relay'
  /** The address of a room is this and its name. */
  readonly path: string
}

export interface Target {
  readonly port: number
  /** The server's process, whose CPU time and memory are read. */
  readonly pid: number
  readonly dialect: Dialect
}

interface Crowd {
  readonly target: Target
  readonly clients: number
  /** Clients are dealt over the rooms one by one. */
  readonly rooms: number
  /** Everybody at once if it is left out. */
  readonly connectPerSecond?: number
}

/** Everybody types, on a schedule that does not wait for the server. */
export interface TypingJob extends Crowd {
  readonly type: 'typing'
  /** Edits per second of each client, and as many presence messages. */
  readonly rate: number
  readonly warmMs: number
  readonly measureMs: number
  /** The longest wait for what is still under way at the end. */
  readonly drainMs: number
  /** So many clients stop reading when the measured time begins. They never type. */
  readonly stalled?: number
  /** Characters that make each presence state longer. */
  readonly presencePadding?: number
  /** Ask for receipts and time them. */
  readonly receipts?: boolean
}

export interface TypingAnswer {
  /** Length of the measured time, and edits in it. */
  readonly seconds: number
  readonly edits: number
  /** Deliveries that these edits should make, and those that they made. A delivery is one edit at one other client. */
  readonly expected: number
  readonly delivered: number
  readonly loss: number
  readonly deliveriesPerSecond: number
  /** Of one core, all threads of the server. */
  readonly cpuPercent: number
  readonly cpuMicrosPerDelivery: number
  /** Milliseconds from the scheduled time to the arrival. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  readonly drainMs: number
  readonly kilobytesPerSecond: number
  readonly framesPerSecond: number
  readonly presenceKilobytesPerSecond: number
  /** Readers to whom no presence came while it was measured. */
  readonly withoutPresence: number
  /** Share of the time in which the generator had something to do, in percent. Near 100 it is what is measured. */
  readonly generatorPercent: number
  /** How late the generator itself wrote, in milliseconds. */
  readonly latenessP99: number
  /** What other programs took of the two cores while it was measured, in percent of both. */
  readonly disturbedPercent: number
  readonly closed: number
  readonly rssBeforeMb: number
  readonly rssMb: number
  readonly peakMb: number
  readonly receipts: {
    readonly p50: number
    readonly p99: number
    readonly max: number
    readonly missing: number
  } | null
}

/** One writes a document, then everybody asks for it at once. */
export interface JoiningJob extends Crowd {
  readonly type: 'joining'
  /** A file that holds one Yjs update. */
  readonly updateFile: string
  /** A file that holds the state vector of those who come back; new ones if it is left out. */
  readonly stateVectorFile?: string
  /** Offer permessage-deflate. */
  readonly deflate?: boolean
}

export interface JoiningAnswer {
  readonly allMs: number
  readonly p50: number
  readonly cpuSeconds: number
  readonly rssBeforeMb: number
  readonly peakMb: number
  readonly megabytes: number
  /** The server took the offer and compressed what it sent to everybody. */
  readonly compressed: boolean
}

/** Everybody joins and then does nothing. */
export interface IdlingJob extends Crowd {
  readonly type: 'idling'
  /** Number of the first room. */
  readonly firstRoom?: number
  /** Have the server collect its garbage before memory is read; it must have been started for that. */
  readonly collect?: boolean
  readonly settleMs: number
  /** Two windows: one in which really nothing happens, and one so long that heartbeats and presence renewals fall into it. */
  readonly quietMs: number
  readonly longMs: number
}

export interface IdlingAnswer {
  readonly rssBeforeMb: number
  readonly rssMb: number
  readonly kilobytesPerClient: number
  readonly joinCpuSeconds: number
  readonly quietCpuPercent: number
  readonly longCpuPercent: number
  readonly closed: number
}

/** One opens a document. */
export interface OpeningJob {
  readonly type: 'opening'
  readonly target: Target
  readonly room: number
}

export interface OpeningAnswer {
  /** From the request to the first byte of the server's step 2, and to its last. */
  readonly firstMs: number
  readonly allMs: number
  readonly bytes: number
}

export type Job = TypingJob | JoiningJob | IdlingJob | OpeningJob

export interface Answers {
  readonly typing: TypingAnswer
  readonly joining: JoiningAnswer
  readonly idling: IdlingAnswer
  readonly opening: OpeningAnswer
}

export function roomName(index: number): string {
  return `room${String(index).padStart(5, '0')}`
}
