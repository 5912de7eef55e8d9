/**
 * Large answers, compressed once for all who can inflate them. Nothing else is compressed: for small updates it would
 * cost more than it saves.
 *
 * Rule: a compressed frame lives as long as the plain one that it stands for. One is made at a time, elsewhere; who
 * needs another meanwhile gets it plain, so that a document that changes all the time is not compressed all the time.
 */
import { limits } from '@weft/protocol'
import { frameHead, messagesIn, type Underway } from './outbox.ts'
import type { Deflate } from './ports.ts'
import type { StateVector } from './state-vector.ts'

export class Compressed {
  readonly #deflate: Deflate | undefined
  readonly #made = new WeakMap<Uint8Array, Uint8Array>()
  #underway: (Underway & { readonly plain: Uint8Array }) | null = null

  constructor(deflate: Deflate | undefined) {
    this.#deflate = deflate
  }

  /** What to send instead of `plain`; that itself if it is not worth it. `gives`: see {@link Underway}. */
  of(plain: Uint8Array, gives: StateVector): Uint8Array | Underway {
    if (this.#deflate === undefined || plain.length < limits.compressibleBytes) return plain
    const made = this.#made.get(plain)
    if (made !== undefined) return made
    if (this.#underway !== null) return this.#underway.plain === plain ? this.#underway : plain
    const framed = this.#make(plain, this.#deflate)
    this.#underway = { plain, framed, gives: new Map(gives) }
    return this.#underway
  }

  async #make(plain: Uint8Array, deflate: Deflate): Promise<Uint8Array> {
    const [message = plain] = messagesIn(plain)
    const deflated = await deflate(message).catch(() => null)
    const framed = deflated === null ? plain : compressedFrame(deflated)
    const made = framed.length < plain.length ? framed : plain
    this.#made.set(plain, made)
    this.#underway = null
    return made
  }
}

/** RFC 7692: the first reserved bit is set, and the empty block at the end, which every message would have, is left out. */
function compressedFrame(deflated: Uint8Array): Uint8Array {
  const payload = deflated.subarray(0, deflated.length - emptyBlockBytes)
  const head = frameHead(payload.length)
  head[0] = 0xc2
  const framed = new Uint8Array(head.length + payload.length)
  framed.set(head)
  framed.set(payload, head.length)
  return framed
}

const emptyBlockBytes = 4
