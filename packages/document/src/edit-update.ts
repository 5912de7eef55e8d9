/**
 * Changes of a text as the Yjs update (v1) that an editor would make of them, without making them.
 *
 * Each insertion goes where Yjs puts what is typed there: directly before the next character that is to be seen,
 * behind whatever was deleted before it. Changes are made from the end on, as if one after the other, so that one
 * that touches the next one's place stands before what that one wrote.
 */
import { contentRoot } from '@weft/protocol'
import * as encoding from 'lib0/encoding'
import type * as Y from 'yjs'
import type { TextChange } from './text-change.ts'

interface Id {
  readonly client: number
  readonly clock: number
}

/** Between two neighbours in the list of all that was ever written. `null`: there is none. */
interface Gap {
  readonly left: Id | null
  readonly right: Id | null
}

interface Range extends Id {
  readonly length: number
}

interface Insertion extends Gap {
  readonly text: string
}

export interface WrittenEdit {
  readonly update: Uint8Array
  /** How far the client has written then. */
  readonly clock: number
  readonly caret: unknown
}

/** `as`: who writes, and how far it has written in there. `changes`: at least one. */
export function writeEdit(content: Y.Text, changes: readonly TextChange[], as: Id): WrittenEdit {
  const { gaps, deleted } = locate(content, changes)
  const insertions: Insertion[] = []
  let { clock } = as
  let caret: Id | null = null
  /** Whatever was looked at ends where the caret goes. */
  let isAtCaret = true
  /** Where something would go that is written just before the change that was looked at last. */
  let before: Gap | null = null
  for (const [index, { to, insert }] of [...changes.entries()].toReversed()) {
    const isLast = index === changes.length - 1
    const touches = changes[index + 1]?.from === to
    const gap: Gap = (touches ? before : null) ?? gaps.get(to) ?? { left: null, right: null }
    isAtCaret &&= isLast || touches
    before = gap
    if (isLast) caret = gap.left
    if (insert === '') continue
    insertions.push({ ...gap, text: insert })
    before = { left: gap.left, right: { client: as.client, clock } }
    clock += insert.length
    if (isAtCaret) caret = { client: as.client, clock: clock - 1 }
    isAtCaret = false
  }
  return {
    update: encode(insertions, deleted, as),
    clock,
    caret: { tname: contentRoot, ...(caret === null ? {} : { item: caret }), assoc: -1 },
  }
}

/** In one walk: the gaps before the characters at which changes end, and what they delete. */
function locate(content: Y.Text, changes: readonly TextChange[]) {
  const gaps = new Map<number, Gap>()
  const deleted: Range[] = []
  let next = 0
  let offset = 0
  let left: Id | null = null
  for (let item = content._start; item !== null; item = item.right) {
    const { client, clock } = item.id
    if (isSeen(item)) {
      const end = offset + item.length
      for (; next < changes.length; next++) {
        const { from, to } = changes[next] ?? { from: 0, to: 0 }
        const start = Math.max(from, offset)
        const stop = Math.min(to, end)
        if (start < stop) deleted.push({ client, clock: clock + start - offset, length: stop - start })
        // Its end is the start of a later one.
        if (to >= end) break
        const inside = to - offset
        gaps.set(to, {
          left: inside === 0 ? left : { client, clock: clock + inside - 1 },
          right: { client, clock: clock + inside },
        })
      }
      offset = end
    }
    left = { client, clock: clock + item.length - 1 }
  }
  gaps.set(offset, { left, right: null })
  return { gaps, deleted }
}

/** Characters alone: what is embedded is not in the text. */
function isSeen(item: Y.Item): boolean {
  return !item.deleted && 'str' in item.content
}

const stringContent = 4
const hasLeft = 0x80
const hasRight = 0x40

function encode(insertions: readonly Insertion[], deleted: readonly Range[], as: Id): Uint8Array {
  const encoder = encoding.createEncoder()
  const write = (number: number) => encoding.writeVarUint(encoder, number)
  write(insertions.length === 0 ? 0 : 1)
  if (insertions.length > 0) {
    write(insertions.length)
    write(as.client)
    write(as.clock)
  }
  for (const { left, right, text } of insertions) {
    encoding.writeUint8(
      encoder,
      stringContent | (left === null ? 0 : hasLeft) | (right === null ? 0 : hasRight),
    )
    for (const id of [left, right]) {
      if (id === null) continue
      write(id.client)
      write(id.clock)
    }
    if (left === null && right === null) {
      // Without neighbours it says in which shared type it is: one with a name.
      write(1)
      encoding.writeVarString(encoder, contentRoot)
    }
    encoding.writeVarString(encoder, text)
  }
  const byClient = [...Map.groupBy(deleted, ({ client }) => client)].sort(([a], [b]) => b - a)
  write(byClient.length)
  for (const [client, ranges] of byClient) {
    const sorted = joined(ranges.toSorted((a, b) => a.clock - b.clock))
    write(client)
    write(sorted.length)
    for (const { clock, length } of sorted) {
      write(clock)
      write(length)
    }
  }
  return encoding.toUint8Array(encoder)
}

function joined(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = []
  for (const range of ranges) {
    const last = result.at(-1)
    if (last !== undefined && last.clock + last.length === range.clock)
      result[result.length - 1] = { ...last, length: last.length + range.length }
    else result.push(range)
  }
  return result
}
