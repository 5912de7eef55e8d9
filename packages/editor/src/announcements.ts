/**
 * The polite live region: who came and went and what changed near you, merged, at most one message in five
 * seconds, and only when you have not typed for a moment.
 */
import { cell, type Observable } from './observable.ts'
import type { Timers } from './timers.ts'
import { type Where, words } from './words.ts'

export interface Announcements {
  readonly text: Observable<string>
  joined(name: string): void
  left(name: string): void
  /** `name` changed these lines of the text. */
  changed(name: string, lines: Iterable<number>, where: Where): void
  say(sentence: string): void
  /** You typed: everything waits. */
  typed(): void
  close(): void
}

const gatherMs = 1_000
const apartMs = 5_000
const quietMs = 1_500

export function createAnnouncements(timers: Timers): Announcements {
  const text = cell('')
  let saidAt = Number.NEGATIVE_INFINITY
  let typedAt = Number.NEGATIVE_INFINITY
  let firstAt: number | null = null
  let cancel: (() => void) | null = null
  const joined = new Set<string>()
  const left = new Set<string>()
  const changes = new Map<Where, { readonly names: Set<string>; readonly lines: Set<number> }>()
  const sentences = new Set<string>()

  function note() {
    firstAt ??= timers.now()
    schedule()
  }

  function schedule() {
    cancel?.()
    cancel = null
    if (firstAt === null) return
    const due = Math.max(firstAt + gatherMs, saidAt + apartMs, typedAt + quietMs)
    cancel = timers.after(Math.max(0, due - timers.now()), speak)
  }

  function speak() {
    const message = [
      ...sentences,
      ...(joined.size > 0 ? [words.joined([...joined])] : []),
      ...(left.size > 0 ? [words.left([...left])] : []),
      ...[...changes].map(([where, { names, lines }]) => words.changed([...names], lines.size, where)),
    ].join(' ')
    for (const gathered of [joined, left, changes, sentences]) gathered.clear()
    firstAt = null
    cancel = null
    // Somebody who came and went within the wait leaves nothing to say.
    if (message === '') return
    saidAt = timers.now()
    // A region that is given the words it holds already says nothing.
    text.set(message === text.get() ? `${message}\u00a0` : message)
  }

  return {
    text,
    joined(name) {
      if (!left.delete(name)) joined.add(name)
      note()
    },
    left(name) {
      if (!joined.delete(name)) left.add(name)
      note()
    },
    changed(name, lines, where) {
      const known = changes.get(where) ?? { names: new Set<string>(), lines: new Set<number>() }
      known.names.add(name)
      for (const line of lines) known.lines.add(line)
      changes.set(where, known)
      note()
    },
    say(sentence) {
      sentences.add(sentence)
      note()
    },
    typed() {
      typedAt = timers.now()
      if (firstAt !== null) schedule()
    },
    close: () => cancel?.(),
  }
}
