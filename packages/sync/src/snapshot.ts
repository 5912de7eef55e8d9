/**
 * The committed document as bytes: a base, and the updates committed since. It answers a client that joins or
 * lags without a Y.Doc, and keeps what it has answered: a thousand clients that join at once cost one encoding.
 *
 * Rule: an answer is looked up only after everything that could change it is in; whatever is added forgets the
 * answers that it makes stale. Bytes are kept once: the answer to who has nothing is the document itself.
 */
import { type DocumentKind, encode, headOfSyncStep2 } from '@weft/protocol'
import { type Base, indexOf, openBase } from './base.ts'
import { withDeletes, writeDeletes } from './delete-set.ts'
import { cutSection, fresh, refuseGaps } from './known.ts'
import { emptyUpdate, joined, laidOut } from './merge.ts'
import { frame, frameHead } from './outbox.ts'
import type { ScannedUpdate, SectionBytes } from './scan.ts'
import type { StateVector } from './state-vector.ts'
import { Tail } from './tail.ts'

/** People who reconnect together have few different state vectors. */
const answersKept = 64
/** Answers beyond this are forgotten, but for the last one. */
const answerBytesKept = 4 * 1024 * 1024

export class Snapshot {
  readonly #kind: DocumentKind
  readonly #clocks = new Map<number, number>()
  #base: Base | null = null
  /** The answer to who has nothing, whose update is the base's bytes, if the base is all there is. */
  #whole: Uint8Array | null = null
  #tail = new Tail()
  /** What a fold under way is going to replace, with the base; what comes meanwhile is in the tail. */
  #folding: Tail | null = null
  #foldedBytes = 0
  #unfoldedBytes = 0
  /** Of these, what came since the fold began. */
  #laterBytes = 0
  readonly #answers = new Map<string, Uint8Array>()
  #answerBytes = 0

  constructor(kind: DocumentKind) {
    this.#kind = kind
  }

  get stateVector(): StateVector {
    return this.#clocks
  }

  /** Bytes of what the last fold made, and of what was added since. */
  get foldedBytes(): number {
    return this.#foldedBytes
  }

  get unfoldedBytes(): number {
    return this.#unfoldedBytes
  }

  /** All structs, those of one client in order. */
  get sections(): readonly SectionBytes[] {
    const ofBase = this.#base === null ? [] : openBase(this.#base).sections
    return [...ofBase, ...(this.#folding?.sections ?? []), ...this.#tail.sections]
  }

  /** Takes a whole document as it is. Only while there is nothing. */
  load(base: Base): void {
    this.#base = base
    this.#foldedBytes = base.bytes.length
    for (const { client, length } of openBase(base).sections) this.#clocks.set(client, length)
  }

  /** Adds what is new of `update` and returns just that; `null` if all of it was there. Throws UpdateGap. */
  add(update: ScannedUpdate): ScannedUpdate | null {
    refuseGaps(update, this.#clocks)
    const isNew = update.sections.some((s) => s.clock + s.length > (this.#clocks.get(s.client) ?? 0))
    // A delete has no clock. To be told of it twice does no harm.
    if (!isNew && update.deletes.length === 0) return null
    const added = fresh(update, this.#clocks, update.deletes, this.#kind)
    if (added !== null) this.append(added)
    return added
  }

  /** Adds an update that continues what is here: it follows what was added last, and nothing of it is here yet. */
  append(update: ScannedUpdate): void {
    for (const { client, clock, length } of update.sections) this.#clocks.set(client, clock + length)
    this.#tail.append(update)
    this.#unfoldedBytes += update.bytes.length
    this.#laterBytes += update.bytes.length
    this.#whole = null
    this.#forgetAnswers()
  }

  /** All of it, oldest first, to be made one by a {@link Folder}. Until {@link endFold}, what is added stays apart. */
  beginFold(): readonly Uint8Array[] {
    const { sections, deletes } = this.#tail
    const ofTail = this.#tail.isEmpty ? [] : [laidOut(joined(sections), writeDeletes(deletes))]
    this.#folding = this.#tail
    this.#tail = new Tail()
    this.#laterBytes = 0
    return [...(this.#base === null ? [] : [this.#base.bytes]), ...ofTail]
  }

  /** `base` holds what {@link beginFold} gave; `null`: it could not be made. */
  endFold(base: Base | null): void {
    if (base !== null) {
      this.#base = base
      this.#whole = null
      this.#foldedBytes = base.bytes.length
      this.#unfoldedBytes = this.#laterBytes
      this.#forgetAnswers()
    } else if (this.#folding !== null) {
      this.#folding.append({ sections: this.#tail.sections, deletes: this.#tail.deletes.triples() })
      this.#tail = this.#folding
    }
    this.#folding = null
  }

  /** A sync-step-2 frame: all that a client with this state vector lacks. */
  answer(stateVector: StateVector): Uint8Array {
    const key = this.#key(stateVector)
    if (key === '' && this.#folding === null) {
      this.#whole ??= this.#becomeWhole()
      return this.#whole
    }
    const kept = this.#answers.get(key)
    if (kept !== undefined) return kept
    const made = this.#difference(stateVector)
    if (this.#answers.size >= answersKept || this.#answerBytes + made.length > answerBytesKept)
      this.#forgetAnswers()
    this.#answers.set(key, made)
    this.#answerBytes += made.length
    return made
  }

  /** Client ids that this document does not know, and clocks ahead of it, make no difference to the answer. */
  #key(stateVector: StateVector): string {
    if (stateVector.size === 0) return ''
    let key = ''
    for (const [client, clock] of this.#clocks) {
      const theirs = Math.min(stateVector.get(client) ?? 0, clock)
      if (theirs > 0) key += `${client}:${theirs},`
    }
    return key
  }

  #forgetAnswers(): void {
    if (this.#answers.size === 0) return
    this.#answers.clear()
    this.#answerBytes = 0
  }

  /** One base of all there is, inside the frame that gives it away. */
  #becomeWhole(): Uint8Array {
    if (this.#base === null && this.#tail.isEmpty) return emptyAnswer
    const { clients, deletes } = this.#since(new Map())
    let updateLength = 0
    const framed = laidOut(clients, deletes, (length) => {
      updateLength = length
      return answerHead(length)
    })
    this.#base = {
      bytes: framed.subarray(framed.length - updateLength),
      index: indexOf(clients, updateLength),
    }
    this.#tail = new Tail()
    return framed
  }

  #difference(stateVector: StateVector): Uint8Array {
    const { clients, deletes } = this.#since(stateVector)
    return laidOut(clients, deletes, answerHead)
  }

  /** Equal state vectors do not mean equal documents: the deletes go along always. */
  #since(stateVector: StateVector) {
    const base = this.#base === null ? null : openBase(this.#base)
    const sections: SectionBytes[] = []
    for (const section of base?.sections ?? []) {
      const theirs = stateVector.get(section.client) ?? 0
      if (theirs < section.clock + section.length) sections.push(cutSection(section, theirs, this.#kind))
    }
    let deletes = base?.deletes ?? noDeletes
    for (const tail of this.#folding === null ? [this.#tail] : [this.#folding, this.#tail]) {
      for (const section of tail.sectionsSince(stateVector, this.#kind)) sections.push(section)
      deletes = withDeletes(deletes, tail.deletes)
    }
    return { clients: joined(sections), deletes }
  }
}

const noDeletes = Uint8Array.of(0)
const emptyAnswer = frame(encode({ type: 'sync-step-2', update: emptyUpdate }))

/** What stands in a frame before an answer's update. */
function answerHead(updateLength: number): Uint8Array {
  const messageHead = headOfSyncStep2(updateLength)
  const head = frameHead(messageHead.length + updateLength)
  const both = new Uint8Array(head.length + messageHead.length)
  both.set(head)
  both.set(messageHead, head.length)
  return both
}
