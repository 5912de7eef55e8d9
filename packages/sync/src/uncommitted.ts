/** What a room has taken and not yet told: the next turn, and those who wait for it. */
import { type ActorId, limits } from '@weft/protocol'
import type { LogPosition } from './ports.ts'
import type { ScannedUpdate } from './scan.ts'

export interface Turn {
  /** In the order in which they were taken, and whose each is. */
  readonly updates: readonly ScannedUpdate[]
  readonly actors: readonly ActorId[]
  readonly waiting: readonly Waiting[]
  readonly bytes: number
}

export interface Waiting {
  resolve(position: LogPosition): void
  reject(error: unknown): void
}

export class Uncommitted {
  #updates: ScannedUpdate[] = []
  #actors: ActorId[] = []
  #waiting: Waiting[] = []
  #bytes = 0
  #bytesInTurn = 0
  #updatesInTurn: readonly ScannedUpdate[] = []

  /** Nothing taken since the last turn, and nobody waits for one. */
  get isEmpty(): boolean {
    return this.#updates.length === 0 && this.#waiting.length === 0
  }

  /** The turn under way included. */
  get bytes(): number {
    return this.#bytes + this.#bytesInTurn
  }

  /** In the order in which they were taken, those of the turn under way included. */
  get updates(): readonly ScannedUpdate[] {
    return [...this.#updatesInTurn, ...this.#updates]
  }

  get isTooLarge(): boolean {
    return this.bytes > limits.uncommittedBytes
  }

  add(actor: ActorId, update: ScannedUpdate): void {
    this.#updates.push(update)
    this.#actors.push(actor)
    this.#bytes += update.bytes.length
  }

  /** Settles with the turn that is taken next. */
  nextTurn(): Promise<LogPosition> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  take(): Turn {
    const turn = {
      updates: this.#updates,
      actors: this.#actors,
      waiting: this.#waiting,
      bytes: this.#bytes,
    }
    this.#updates = []
    this.#actors = []
    this.#waiting = []
    this.#bytes = 0
    this.#bytesInTurn = turn.bytes
    this.#updatesInTurn = turn.updates
    return turn
  }

  /** The turn taken last is durable, or lost. */
  settled(): void {
    this.#bytesInTurn = 0
    this.#updatesInTurn = []
  }
}
