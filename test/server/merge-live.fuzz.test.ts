/**
 * People type in real rooms while programs write over the real routes, from texts that they read long ago. Every
 * character that anybody writes is another one, so that each can be asked after.
 */
import { unifiedDiff } from '@weft/document'
import type { DocumentWorker } from '@weft/server/documents-in-worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Person } from '../support/person.ts'
import { type Random, seeds } from '../support/random.ts'
import { World } from '../support/world.ts'
import { type Answer, type WorldRoutes, worldRoutes, worldWorker } from '../support/world-routes.ts'

let worker: DocumentWorker
beforeAll(() => {
  worker = worldWorker()
})
afterAll(() => worker.close())

describe('people and programs that write at once', () => {
  it.each(seeds(100))('lose nothing of each other, and see the same (seed %i)', async (seed) => {
    await new Story(seed).run()
  })
})

interface Program {
  /** What it read last. */
  revision: number
  text: string
}

interface Caret {
  readonly before: string
  readonly position: Y.RelativePosition
}

class Story {
  readonly #world: World
  readonly #dice: Random
  #routes: WorldRoutes | null = null
  /** Characters that are to be there in the end, unless they are among the next ones. */
  readonly #written = new Set<string>()
  /** Those that people took away, who may see what a program wrote before it is answered. */
  readonly #removed = new Set<string>()
  /** Those that a program took away or wrote anew, which is its right. */
  readonly #touched = new Set<string>()
  readonly #carets = new Map<Person, Caret>()
  #next = 0

  constructor(seed: number) {
    this.#world = new World(seed)
    this.#dice = this.#world.random
  }

  async run(): Promise<void> {
    const { document, people } = await this.#world.together('ann', 'bob', 'cem')
    this.#routes = worldRoutes(this.#world, worker, document)
    // In a large document, which the worker keeps open, and in one that it builds each time.
    if (this.#world.random.chance(0.5)) await this.#fill()
    const programs = [0, 1].map((): Program => ({ revision: 0, text: '' }))
    const underWay: Promise<void>[] = []
    for (let step = 0; step < 30; step++) {
      const chance = this.#dice.next()
      if (chance < 0.55) this.#typeSomething(this.#dice.pick(people))
      else if (chance < 0.7) await this.#read(this.#dice.pick(programs))
      else {
        const written = this.#write(this.#dice.pick(programs))
        // Others go on meanwhile, or wait.
        if (this.#dice.chance(0.5)) {
          underWay.push(written)
          // It is heard of at the end.
          written.catch(() => {})
        } else await this.#world.during(written)
      }
      await this.#world.jostle(this.#dice.below(12))
    }
    await this.#world.during(Promise.all(underWay))
    await this.#world.settled()
    await this.#check(people)
  }

  async #fill(): Promise<void> {
    const { status } = await this.#ask('POST', '/edits', {
      edits: [{ append: 'so it begins\n'.repeat(6_000) }],
    })
    expect(status).toBe(200)
  }

  async #check(people: readonly Person[]): Promise<void> {
    const { text: final } = await this.#ask('GET', '/content')
    for (const { text } of people) expect(text.toString()).toBe(final)
    expect(final.isWellFormed()).toBe(true)
    const there = new Set(final)
    const isSafe = (character: string) =>
      this.#written.has(character) && !this.#touched.has(character) && !this.#removed.has(character)
    const lost = [...this.#written].filter((character) => isSafe(character) && !there.has(character))
    expect(lost).toEqual([])
    for (const [{ doc }, { before, position }] of this.#carets) {
      if (!isSafe(before)) continue
      const found = Y.createAbsolutePositionFromRelativePosition(position, doc)
      expect(found?.index).toBe(final.indexOf(before))
    }
  }

  #typeSomething(person: Person): void {
    const { text } = person
    const characters = Array.from(text.toString())
    if (characters.length > 0 && this.#dice.chance(0.2)) {
      const start = this.#dice.below(characters.length)
      const removed = characters.slice(start, start + 1 + this.#dice.below(3))
      person.remove(characters.slice(0, start).join('').length, removed.join('').length)
      for (const character of removed) this.#removed.add(character)
    } else {
      const typed = this.#unique(1 + this.#dice.below(5))
      for (const character of typed) this.#written.add(character)
      const at = characters.slice(0, this.#dice.below(characters.length + 1)).join('').length
      person.type(at, typed + this.#dice.pick(['', ' ', '\n']))
    }
    const content = text.toString()
    const unique = Array.from(content).filter(isUnique)
    if (unique.length === 0) return
    const before = this.#dice.pick(unique)
    const position = Y.createRelativePositionFromTypeIndex(text, content.indexOf(before))
    this.#carets.set(person, { before, position })
  }

  async #read(program: Program): Promise<void> {
    const { status, text, etag } = await this.#ask('GET', '/content')
    expect(status).toBe(200)
    program.revision = Number(etag?.replaceAll('"', ''))
    program.text = text
  }

  async #write(program: Program): Promise<void> {
    const { revision, text } = program
    const base = { 'if-match': `"${revision}"` }
    const way = this.#dice.below(4)
    const after = this.#rewritten(text)
    const request = {
      0: () => this.#askTwice('PUT', '/content', after, { 'content-type': 'text/markdown', ...base }),
      1: () => this.#patch(text, after, base),
      2: () => this.#ask('POST', '/edits', { edits: this.#edits(text, revision) }, base),
      3: () =>
        this.#ask('POST', '/edits', { edits: [{ append: this.#unique(2) }, { prepend: this.#unique(1) }] }),
    }[way]
    const answer = await request?.()
    if (answer === undefined) return
    expect([200, 409], answer.text).toContain(answer.status)
    if (answer.status !== 200) return
    const { changes, merged, ...written } = answer.json as Written
    for (const { removed, insert } of changes) {
      for (const character of removed ?? '') {
        // A program takes away what it has read, and nothing else.
        expect(text).toContain(character)
        this.#touched.add(character)
      }
      for (const character of insert ?? '') if (isUnique(character)) this.#written.add(character)
    }
    // Whoever is told that nobody else wrote may go on from its own text.
    if (way === 0 && !merged) {
      const { text: stored } = await this.#ask('GET', `/content?at=${written.revision}`)
      expect(stored).toBe(after)
      Object.assign(program, { revision: written.revision, text: after })
    }
  }

  async #patch(text: string, after: string, base: Record<string, string>): Promise<Answer | undefined> {
    const diff = unifiedDiff(text, after, { from: 'a', to: 'b' })
    if (diff === '') return undefined
    return this.#ask('PATCH', '/content', diff, {
      'content-type': 'text/x-diff',
      ...(this.#dice.chance(0.5) ? base : {}),
    })
  }

  #edits(text: string, revision: number): readonly unknown[] {
    const characters = Array.from(text)
    const start = this.#dice.below(characters.length + 1)
    const from = characters.slice(0, start).join('').length
    const to = from + characters.slice(start, start + this.#dice.below(3)).join('').length
    const range = { range: { from, to }, revision, insert: this.#unique(1) }
    const [first] = characters.filter(isUnique)
    const isFree = first !== undefined && text.indexOf(first) >= to
    return isFree ? [range, { find: first, replace: this.#unique(1) }] : [range]
  }

  async #askTwice(
    method: string,
    path: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const first = await this.#ask(method, path, body, headers)
    if (this.#dice.chance(0.3)) expect((await this.#ask(method, path, body, headers)).text).toBe(first.text)
    return first
  }

  #ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    if (this.#routes === null) throw new Error('not begun')
    return this.#world.during(this.#routes.ask(method, path, { body, headers }))
  }

  #rewritten(text: string): string {
    const characters = Array.from(text)
    for (let step = this.#dice.below(3); step >= 0; step--) {
      const insert = this.#dice.chance(0.8) ? Array.from(this.#unique(2)) : ['\n# H\n']
      characters.splice(this.#dice.below(characters.length + 1), this.#dice.below(3), ...insert)
    }
    return characters.join('')
  }

  /** Ideographs, every other one of two units. */
  #unique(count: number): string {
    return Array.from({ length: count }, () => {
      const number = this.#next++
      return String.fromCodePoint(number % 2 === 0 ? 0x4e01 + number : 0x20000 + number)
    }).join('')
  }
}

interface Written {
  readonly revision: number
  readonly merged: boolean
  readonly changes: readonly { readonly removed: string | null; readonly insert: string | null }[]
}

function isUnique(character: string): boolean {
  return character > '\u4e00'
}
