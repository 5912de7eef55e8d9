import { describe, expect, test } from 'vitest'
import {
  afterEvent,
  nextChange,
  openSaveModel,
  type SaveEvent,
  type SaveModel,
  saveStateOf,
} from '../../packages/editor/src/save-state.ts'
import { type Random, random, seeds } from '../support/random.ts'

const start = 1_000

/** A story told from outside: events in order, with pauses, and what is shown at the end. */
function story() {
  let now = start
  let model = openSaveModel(now)
  const teller = {
    tell(...events: SaveEvent[]) {
      for (const event of events) model = afterEvent(model, event, now)
      return teller
    },
    pass(ms: number) {
      now += ms
      return teller
    },
    get now() {
      return now
    },
    get model(): SaveModel {
      return model
    },
    get shown() {
      return saveStateOf(model, now)
    },
  }
  return teller
}

const answer: SaveEvent = { type: 'sent', message: 'answer' }
const update: SaveEvent = { type: 'sent', message: 'update' }
const edited: SaveEvent = { type: 'edited' }
const opened: SaveEvent = { type: 'opened' }
const lost: SaveEvent = { type: 'lost' }
const synced: SaveEvent = { type: 'synced', writer: true }
const nothingFound: SaveEvent = { type: 'device-read', edits: 0, copy: false }
const receipt = (messages: number, position: number): SaveEvent => ({ type: 'receipt', messages, position })

const joined = () => story().tell(nothingFound, opened, answer, synced, receipt(1, 7))

describe('opening', () => {
  test('it is loading until the server has receipted its first question', () => {
    const opening = story()
    expect(opening.shown).toEqual({ state: 'loading' })
    expect(opening.tell(nothingFound).shown).toEqual({ state: 'loading' })
    expect(opening.tell(opened).shown).toEqual({ state: 'loading' })
    expect(opening.tell(answer).shown).toEqual({ state: 'loading' })
    expect(opening.tell(receipt(1, 7)).shown).toEqual({ state: 'saved', revision: 7 })
  })

  test('without a connection or a copy on the device the text is absent: nothing is passed off as the document', () => {
    expect(story().tell(nothingFound).pass(60_000).shown).toEqual({ state: 'loading' })
    const away = story().tell(nothingFound, opened, lost)
    expect(away.shown).toEqual({ state: 'absent', since: start })
    expect(away.tell(opened).shown.state).not.toBe('absent')
  })

  test('with a copy on the device it opens without a connection', () => {
    const offline = story().tell({ type: 'device-read', edits: 2, copy: true })
    expect(offline.shown).toEqual({ state: 'device', edits: 2, since: start })
  })

  test('a copy without unsent edits is loading until the server answers, or cannot be reached', () => {
    const opening = story().tell({ type: 'device-read', edits: 0, copy: true })
    expect(opening.shown).toEqual({ state: 'loading' })
    expect(opening.tell(lost).shown).toEqual({ state: 'device', edits: 0, since: start })
    expect(opening.tell(opened).shown).toEqual({ state: 'saving', edits: 0, slowly: false })
  })

  test('a server that shows the text but does not answer is slow, not loading for ever', () => {
    const opening = story().tell(nothingFound, opened, answer, synced)
    expect(opening.shown).toEqual({ state: 'loading' })
    expect(opening.pass(10_000).shown).toEqual({ state: 'saving', edits: 0, slowly: true })
  })

  test('unsent edits found on the device are not saved before this connection has receipted them', () => {
    const found = story().tell({ type: 'device-read', edits: 2, copy: true }, opened, synced)
    expect(found.shown).toEqual({ state: 'saving', edits: 2, slowly: false })
    expect(found.tell(answer).shown).toEqual({ state: 'saving', edits: 2, slowly: false })
    expect(found.tell(receipt(1, 9)).shown).toEqual({ state: 'saved', revision: 9 })
  })
})

describe('writing', () => {
  test('it is saving from the first edit until the receipt and 300 ms of rest', () => {
    const writing = joined().tell(edited, update)
    expect(writing.shown).toEqual({ state: 'saving', edits: 1, slowly: false })
    writing.tell(edited, update)
    expect(writing.shown).toEqual({ state: 'saving', edits: 2, slowly: false })
    writing.pass(50).tell(receipt(3, 9))
    expect(writing.shown).toEqual({ state: 'saving', edits: 1, slowly: false })
    expect(nextChange(writing.model, writing.now)).toBe(writing.now + 250)
    expect(writing.pass(249).shown.state).toBe('saving')
    expect(writing.pass(1).shown).toEqual({ state: 'saved', revision: 9 })
  })

  test('after ten seconds without a receipt it says slowly, and goes on saying so until all are confirmed', () => {
    const writing = joined().tell(edited, update)
    expect(nextChange(writing.pass(400).model, writing.now)).toBe(start + 1_000)
    expect(writing.pass(9_599).shown).toMatchObject({ slowly: false })
    expect(nextChange(writing.model, writing.now)).toBe(writing.now + 1)
    expect(writing.pass(1).shown).toEqual({ state: 'saving', edits: 1, slowly: true })
    writing.tell(edited, update, receipt(2, 8))
    expect(writing.shown).toEqual({ state: 'saving', edits: 1, slowly: true })
    writing.tell(receipt(3, 9)).pass(300)
    expect(writing.shown).toEqual({ state: 'saved', revision: 9 })
    expect(writing.tell(edited).shown).toEqual({ state: 'saving', edits: 1, slowly: false })
  })

  test('a server that does not answer a new connection is slow as well', () => {
    const silent = joined().tell(lost, opened)
    expect(silent.shown).toEqual({ state: 'saving', edits: 0, slowly: false })
    expect(silent.pass(10_000).shown).toEqual({ state: 'saving', edits: 0, slowly: true })
  })
})

describe('a server that cannot commit', () => {
  const full: SaveEvent = { type: 'not-saved', reason: 'storage-full' }

  test('it is not saved, with the reason, until the next receipt takes that back', () => {
    const writing = joined().tell(edited, update, full)
    expect(writing.shown).toEqual({ state: 'not-saved', edits: 1, reason: 'storage-full' })
    expect(writing.tell(edited, update).shown).toMatchObject({ state: 'not-saved', edits: 2 })
    writing.tell(receipt(2, 8))
    expect(writing.shown).toEqual({ state: 'saving', edits: 1, slowly: false })
    expect(writing.tell(receipt(3, 9)).pass(300).shown).toEqual({ state: 'saved', revision: 9 })
  })

  test('what is durable stays saved while others cannot save', () => {
    expect(joined().tell(full).shown).toEqual({ state: 'saved', revision: 7 })
    expect(joined().tell(full, edited).shown).toEqual({
      state: 'not-saved',
      edits: 1,
      reason: 'storage-full',
    })
  })

  test('losing the connection forgets it', () => {
    const writing = joined().tell(edited, update, full, { type: 'kept', edits: 1 }, lost)
    expect(writing.shown.state).toBe('device')
    expect(writing.tell(opened, synced).shown).toMatchObject({ state: 'saving' })
  })
})

describe('without a connection', () => {
  test('it is kept on this device as soon as the connection is lost, with the edits that the browser completed', () => {
    const writing = joined().tell(edited, update, { type: 'kept', edits: 1 }).pass(20).tell(lost)
    const since = writing.now
    expect(writing.shown).toEqual({ state: 'device', edits: 1, since })
    expect(writing.pass(50).tell(edited).shown).toEqual({ state: 'device', edits: 1, since })
    expect(writing.tell({ type: 'kept', edits: 2 }).shown).toEqual({ state: 'device', edits: 2, since })
  })

  test('a browser that does not complete within a second, or refuses, keeps nothing: in this tab only', () => {
    const slow = joined().tell(lost, edited)
    expect(slow.pass(999).shown.state).toBe('device')
    expect(nextChange(slow.model, slow.now)).toBe(slow.now + 1)
    expect(slow.pass(1).shown).toMatchObject({ state: 'tab', edits: 1 })
    const refusing = joined().tell(lost, edited, { type: 'not-kept' })
    expect(refusing.shown).toMatchObject({ state: 'tab', edits: 1 })
    expect(refusing.tell({ type: 'kept', edits: 1 }).shown).toMatchObject({ state: 'device', edits: 1 })
  })

  test('coming back it is saving until the new connection has receipted the answer', () => {
    const writing = joined().tell(lost, edited, edited, { type: 'kept', edits: 2 }).pass(5_000)
    expect(writing.tell(opened).shown).toEqual({ state: 'saving', edits: 2, slowly: false })
    expect(writing.tell(answer, synced).shown).toMatchObject({ state: 'saving', edits: 2 })
    expect(writing.tell(receipt(1, 12)).shown).toEqual({ state: 'saved', revision: 12 })
  })

  test('nothing unsent is no reason to say saved before the new connection has answered', () => {
    const back = joined().tell(lost, opened)
    expect(back.shown).toEqual({ state: 'saving', edits: 0, slowly: false })
    expect(back.tell(answer).shown.state).toBe('saving')
    expect(back.tell(receipt(1, 7)).shown).toEqual({ state: 'saved', revision: 7 })
  })

  test('a receipt that arrives late from a lost connection changes nothing', () => {
    const writing = joined().tell(edited, update, lost, receipt(2, 8))
    expect(writing.shown.state).toBe('device')
    expect(writing.tell(opened).shown).toMatchObject({ state: 'saving', edits: 1 })
  })
})

describe('access', () => {
  test('a server that gives its text and asks for none makes the document read-only', () => {
    const reading = story().tell(nothingFound, opened, { type: 'synced', writer: false })
    expect(reading.shown).toEqual({ state: 'read-only' })
  })

  test('unsent edits of somebody who may only read now are refused, not forgotten', () => {
    const demoted = joined().tell(lost, edited, opened, { type: 'synced', writer: false })
    expect(demoted.shown).toEqual({ state: 'refused', edits: 1, reason: 'forbidden' })
  })

  test('a final close is refused, with what was not accepted, and nothing later changes that', () => {
    const ended = joined().tell(edited, update, { type: 'refused', reason: 'not-found' })
    const refused = { state: 'refused', edits: 1, reason: 'not-found' }
    expect(ended.shown).toEqual(refused)
    expect(ended.tell(receipt(2, 8), lost, { type: 'not-saved', reason: 'storage-full' }).shown).toEqual(
      refused,
    )
    expect(ended.pass(60_000).shown).toEqual(refused)
  })
})

describe('over random stories', () => {
  for (const seed of seeds(300)) {
    test(`saved is never said while an edit is not durable (seed ${seed})`, () => {
      const world = new World(random(seed))
      for (let step = 0; step < 400; step += 1) world.step()
      world.finish()
    })
  }
})

/** A server with a log of its own, and the truth about each edit: made durable by it or not. */
class World {
  readonly #random: Random
  #now = 0
  #model = openSaveModel(0)
  #edits = 0
  readonly #durable = new Set<number>()
  /** What each sync message of the connection brings, if its predecessors are there. */
  #sent: { readonly edits: readonly number[]; readonly answer: boolean }[] | null = null
  #taken = 0
  #asked = false
  #position = 0

  constructor(source: Random) {
    this.#random = source
    this.#tell({ type: 'device-read', edits: 0, copy: source.chance(0.5) })
  }

  step(): void {
    this.#now += this.#random.below(600)
    const { below } = this.#random
    const sent = this.#sent
    if (sent === null) {
      if (below(3) === 0) this.#open()
      else if (this.#model.loaded) this.#edit()
    } else if (!this.#asked && below(3) === 0) {
      this.#answer()
    } else {
      const dice = below(12)
      if (dice < 5 && this.#model.loaded) this.#edit()
      else if (dice < 9) this.#commit()
      else if (dice === 9) this.#tell({ type: 'not-saved', reason: 'storage-unavailable' })
      else if (dice === 10 && this.#asked && below(3) === 0) this.#answer()
      else if (dice === 11) this.#lose()
    }
    if (this.#random.chance(0.3)) this.#tell({ type: 'kept', edits: below(this.#edits + 1) })
    this.#check()
  }

  /** Left alone with a server that commits, it ends saved: the rule is not kept by never saying it. */
  finish(): void {
    if (this.#sent === null) this.#open()
    if (!this.#asked) this.#answer()
    this.#taken = this.#sent?.length ?? 0
    this.#commitAll()
    this.#now += 300
    this.#check()
    expect(saveStateOf(this.#model, this.#now).state).toBe('saved')
  }

  #check(): void {
    const shown = saveStateOf(this.#model, this.#now)
    if (shown.state !== 'saved') return
    expect(this.#durable.size).toBe(this.#edits)
    expect(this.#sent).not.toBe(null)
    expect(shown.revision).toBeLessThanOrEqual(this.#position)
  }

  #tell(event: SaveEvent): void {
    this.#model = afterEvent(this.#model, event, this.#now)
    this.#check()
  }

  #open(): void {
    this.#sent = []
    this.#taken = 0
    this.#asked = false
    this.#tell({ type: 'opened' })
  }

  #answer(): void {
    this.#asked = true
    this.#sent?.push({ edits: Array.from({ length: this.#edits }, (_, index) => index), answer: true })
    this.#tell({ type: 'sent', message: 'answer' })
    this.#tell({ type: 'synced', writer: true })
  }

  #edit(): void {
    const edit = this.#edits
    this.#edits += 1
    this.#tell({ type: 'edited' })
    if (this.#sent === null) return
    this.#sent.push({ edits: [edit], answer: false })
    this.#tell({ type: 'sent', message: 'update' })
  }

  /** Some of what arrived becomes durable; an update on a gap does not, but is counted like the rest. */
  #commit(): void {
    const waiting = (this.#sent?.length ?? 0) - this.#taken
    if (waiting === 0) return
    this.#taken += 1 + this.#random.below(waiting)
    this.#commitAll()
  }

  #commitAll(): void {
    for (const { edits } of (this.#sent ?? []).slice(0, this.#taken))
      for (const edit of edits)
        if (edit === 0 || edits.length > 1 || this.#durable.has(edit - 1)) this.#durable.add(edit)
    this.#position += 1
    this.#tell({ type: 'receipt', messages: this.#taken, position: this.#position })
  }

  #lose(): void {
    this.#sent = null
    this.#tell({ type: 'lost' })
  }
}
