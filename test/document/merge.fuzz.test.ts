/**
 * People type while programs write texts, edits and diffs that build on revisions of long ago. Every character that
 * a person types is another one, so that each can be asked after.
 */
import {
  type ContentEdit,
  changesBetween,
  contentOf,
  foldUpdates,
  parseDiff,
  resolveDiff,
  resolveEdits,
  type TextChange,
  unifiedDiff,
} from '@weft/document'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { editContent } from '../support/content-edits.ts'
import { type Random, random, seeds } from '../support/random.ts'

const perTest = 20

describe('people typing while programs write', () => {
  it.each(seeds(100).map((group) => [(group - 1) * perTest + 1, group * perTest]))(
    'lose no character outside of what the programs changed, and agree (seeds %i to %i)',
    (first, last) => {
      for (let seed = first; seed <= last; seed++) story(seed)
    },
  )
})

interface Person {
  readonly doc: Y.Doc
  readonly text: Y.Text
  /** How much of the log it has seen. */
  seen: number
  /** Stands before this character. */
  caret: { readonly before: string; readonly position: Y.RelativePosition } | null
}

function story(seed: number): void {
  const dice = random(seed)
  const log: Uint8Array[] = []
  const textAt = [''] as string[]
  const alive = new Set<string>()
  /** Characters that a program removed, replaced or wrote anew: their fate is not the person's alone. */
  const touched = new Set<string>()
  const people = Array.from({ length: 3 }, (_, index) => person(seed * 10 + index))
  let next = 0
  let folded: { readonly update: Uint8Array; readonly upTo: number } | null = null

  const append = (update: Uint8Array) => {
    log.push(update)
    textAt.push(contentOf(log))
  }
  const at = (revision: number) => {
    const base = folded !== null && folded.upTo <= revision ? folded : null
    return base === null ? log.slice(0, revision) : [base.update, ...log.slice(base.upTo, revision)]
  }
  const isAll = (label: string) => `seed ${seed}: ${label}`

  for (let step = 0; step < 24; step++) {
    const someone = dice.pick(people)
    if (dice.chance(0.5)) hear(someone, log)
    if (dice.chance(0.65)) {
      const before = Y.encodeStateVector(someone.doc)
      if (someone.text.length > 0 && dice.chance(0.2)) {
        for (const character of removeSome(someone, dice)) alive.delete(character)
      } else {
        const typed = Array.from({ length: 1 + dice.below(6) }, () => unique(next++))
        for (const character of typed) alive.add(character)
        someone.text.insert(between(someone.text, dice), typed.join('') + dice.pick(['', ' ', '\n']))
      }
      placeCaret(someone, dice)
      append(Y.encodeStateAsUpdate(someone.doc, before))
    } else {
      const revision = dice.chance(0.3) ? log.length : dice.below(log.length + 1)
      const base = textAt[revision] ?? ''
      const edit = program(dice, at(revision), base, seed * 1000 + step)
      for (const { from, to, insert } of edit.changes)
        for (const character of base.slice(from, to) + insert) touched.add(character)
      append(edit.update)
      if (revision === log.length - 1) {
        // Nobody wrote since: then it is exactly what the program wrote.
        expect(textAt.at(-1), isAll('exact')).toBe(contentOf([...at(revision), edit.update]))
      }
    }
    if (dice.chance(0.1)) folded = { update: foldUpdates(log), upTo: log.length }
  }

  for (const someone of people) hear(someone, log)
  const final = textAt.at(-1) ?? ''
  for (const { text } of people) expect(text.toString(), isAll('replicas')).toBe(final)
  const shuffled = log.toSorted(() => dice.next() - 0.5)
  expect(contentOf([...shuffled, ...log]), isAll('any order, and twice')).toBe(final)
  expect(final.isWellFormed(), isAll('well-formed')).toBe(true)
  const there = new Set(final)
  for (const character of alive) {
    if (!touched.has(character)) expect(there.has(character), isAll(`lost ${character}`)).toBe(true)
  }
  for (const { doc, caret } of people) {
    if (caret === null || touched.has(caret.before) || !alive.has(caret.before)) continue
    const found = Y.createAbsolutePositionFromRelativePosition(caret.position, doc)
    expect(found?.index, isAll('caret')).toBe(final.indexOf(caret.before))
  }
}

/** A program that saw `base` and writes in one of the ways that there are. */
function program(dice: Random, updates: readonly Uint8Array[], base: string, id: number): ContentEdit {
  const after = rewritten(dice, base)
  const decide = (text: string): readonly TextChange[] => {
    expect(text).toBe(base)
    const how = dice.below(3)
    if (how === 0) return changesBetween(text, after)
    if (how === 1 && text !== after) {
      const resolved = resolveDiff(text, parseDiff(unifiedDiff(text, after, { from: 'a', to: 'b' })))
      if ('misfits' in resolved) throw new Error('a diff of this very text does not fit')
      return resolved.changes
    }
    const [character] = Array.from(text).filter((candidate) => candidate > '\u4e00')
    const resolved = resolveEdits(text, [
      { append: 'appended' },
      { prepend: 'prepended' },
      ...(character === undefined ? [] : [{ find: character, replace: 'found', occurrence: 1 }]),
    ])
    if ('misfits' in resolved) throw new Error('what is there was not found')
    return resolved.changes
  }
  return editContent(updates, decide, () => 5_000_000 + id)
}

function rewritten(dice: Random, base: string): string {
  const characters = Array.from(base)
  for (let step = 0; step <= dice.below(3); step++) {
    const insert = dice.chance(0.7) ? [dice.pick(['bot', '\n# H\n', '🌍', ' '])] : []
    characters.splice(dice.below(characters.length + 1), dice.below(4), ...insert)
  }
  return characters.join('')
}

function person(clientId: number): Person {
  const doc = new Y.Doc()
  doc.clientID = clientId
  return { doc, text: doc.getText('content'), seen: 0, caret: null }
}

function hear(someone: Person, log: readonly Uint8Array[]): void {
  for (const update of log.slice(someone.seen)) Y.applyUpdate(someone.doc, update)
  someone.seen = log.length
}

/** Ideographs, then those that need two units. */
function unique(number: number): string {
  return String.fromCodePoint(number % 2 === 0 ? 0x4e01 + number : 0x20000 + number)
}

/** A place between two characters. */
function between(text: Y.Text, dice: Random): number {
  const characters = Array.from(text.toString())
  return characters.slice(0, dice.below(characters.length + 1)).join('').length
}

function removeSome({ text }: Person, dice: Random): string[] {
  const characters = Array.from(text.toString())
  const start = dice.below(characters.length)
  const removed = characters.slice(start, start + 1 + dice.below(3))
  text.delete(characters.slice(0, start).join('').length, removed.join('').length)
  return removed
}

function placeCaret(someone: Person, dice: Random): void {
  const content = someone.text.toString()
  const candidates = Array.from(content).filter((character) => character > '\u4e00')
  if (candidates.length === 0) return
  const before = dice.pick(candidates)
  someone.caret = {
    before,
    position: Y.createRelativePositionFromTypeIndex(someone.text, content.indexOf(before)),
  }
}
