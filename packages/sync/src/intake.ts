/**
 * What people send to a room. R7: whatever it is, it costs only the one that sent it: what is no message throws,
 * what may not be sends its sender away, what has a hole is asked for, what finds no room waits until there is some.
 */
import { decode, MalformedMessage } from '@weft/protocol'
import type { Audience } from './audience.ts'
import { DocumentFull, ForeignClient, UpdateGap } from './errors.ts'
import type { Member } from './member.ts'
import type { OpenDocument } from './open-document.ts'
import type { Timers } from './ports.ts'
import { Refusals } from './refusals.ts'
import { isEmpty, scan } from './scan.ts'

export interface IntakeDeps {
  readonly timers: Timers
  readonly audience: Audience
  /** Something was taken, or must be told again. */
  readonly onTaken: () => void
  /** See RefusalsDeps. */
  readonly shrink: () => Promise<void> | null
}

export class Intake {
  readonly #document: OpenDocument
  readonly #deps: IntakeDeps
  readonly #refusals: Refusals

  constructor(document: OpenDocument, deps: IntakeDeps) {
    this.#document = document
    this.#deps = deps
    this.#refusals = new Refusals({
      timers: deps.timers,
      isFull: () => document.isFull,
      shrink: deps.shrink,
      tell: (member) => deps.audience.tellTrouble('document-full', [member]),
      ask: (member) => deps.audience.askLater(member, document.known),
    })
  }

  /** Throws MalformedMessage or MalformedUpdate for what no honest client sends: the caller closes the peer. */
  receive(member: Member, bytes: Uint8Array): void {
    const message = decode(bytes)
    const { audience } = this.#deps
    switch (message.type) {
      case 'sync-step-1':
        return audience.answerSoon(member, message.stateVector)
      case 'sync-step-2':
      case 'update':
        return this.#receiveUpdate(member, message.update, message.type === 'sync-step-2')
      case 'presence':
        return audience.receivePresence(member, message.states)
      case 'query-presence':
        return audience.tellPresenceSoon(member)
      case 'receipt':
      case 'not-saved':
        throw new MalformedMessage('only a server says this')
    }
  }

  leave(member: Member): void {
    this.#refusals.delete(member)
  }

  /** What found no room may find some now. */
  retryIfRoom(): void {
    this.#refusals.retryIfRoom()
  }

  close(): void {
    this.#refusals.close()
  }

  #receiveUpdate(member: Member, update: Uint8Array, isAnswer: boolean): void {
    if (member.peer.access !== 'write') return member.peer.close('forbidden')
    member.count()
    // A view into the socket's buffer would keep all of that in memory.
    const bytes = update.slice()
    try {
      const scanned = scan(bytes, this.#document.kind)
      const isNew = this.#document.take(scanned, member.peer.actor.id)
      if (!isNew && !isEmpty(scanned)) member.owesEcho(bytes)
      member.taken(isAnswer)
      if (isAnswer) this.#refusals.delete(member)
    } catch (error) {
      if (error instanceof ForeignClient) return member.peer.close('forbidden')
      if (error instanceof DocumentFull) return this.#refusals.add(member)
      if (!(error instanceof UpdateGap)) throw error
      return this.#onGap(member, isAnswer)
    }
    if (this.#document.uncommitted.isTooLarge) this.#deps.audience.setReading(false)
    this.#deps.onTaken()
  }

  #onGap(member: Member, isAnswer: boolean): void {
    if (this.#refusals.has(member)) return this.#refusals.heard(member)
    const gap = member.missed(isAnswer)
    if (gap === 'ask') this.#deps.audience.askLater(member, this.#document.known)
    else if (gap === 'give-up') member.peer.close('out-of-sync')
  }
}
