/**
 * What changed in a document's text after a revision, read from the log. However many follow a document, each part of
 * its log is read and worked through once: those who ask for the same share the answer, which is kept for a moment for
 * those who come a little later.
 */
import type { ActorId, DocumentId } from '@weft/protocol'
import type { LogEntry, LogPosition, Timers } from '@weft/sync'
import { LRUCache } from 'lru-cache'
import { TooManyReads } from '../document-reader.ts'
import type { DocumentWorker } from '../documents-in-worker.ts'
import type { FollowedStep } from '../follow-tasks.ts'
import type { DocumentHistory, Entries } from '../storage/storage.ts'
import { WorkerFailure } from '../task-thread.ts'
import { sharedLooks } from './shared-looks.ts'

/** `changes`: for documents with text. `diff`: the same as a unified diff. */
export type Telling = 'changes' | 'diff'

/** What one actor wrote in a row. */
export interface Step {
  /** The revisions before and after it. */
  readonly base: LogPosition
  readonly revision: LogPosition
  readonly actor: ActorId
  /** Of the last of it. */
  readonly at: number
  /** `null`: the document has no text. */
  readonly told: FollowedStep | null
}

export interface Passage {
  readonly steps: readonly Step[]
  readonly base: LogPosition
  /** Read on from here. */
  readonly revision: LogPosition
  /** There is more. */
  readonly isPart: boolean
}

export interface ChangeReader {
  /**
   * What came after `after`; a part of it, if it is much. No steps and the same revision: nothing did. Rejects with
   * RevisionMissing, DocumentGone, DocumentDamaged, StorageFailure or TooManyReads, or when the worker fails.
   */
  read(document: DocumentId, after: LogPosition, telling: Telling): Promise<Passage>
  /** It may not be read now, as in the trash: nothing is told that was kept of it. */
  forget(document: DocumentId): void
}

/** A text that cannot be worked through is not tried for everybody who comes back, again and again. */
const failureKeptMs = 30_000
const passagesKept = 256
const keptMs = 30_000
const readsAtOnce = 64

export function createChangeReader(
  history: DocumentHistory,
  worker: Pick<DocumentWorker, 'followText'>,
  timers: Timers,
): ChangeReader {
  const kept = new LRUCache<string, Passage>({
    max: passagesKept,
    maxSize: 16 * 1024 * 1024,
    sizeCalculation: ({ steps }) => 1 + steps.reduce((sum, { told }) => sum + sizeOf(told), 0),
    ttl: keptMs,
    perf: timers,
  })
  const looks = sharedLooks<Passage>({
    timers,
    restMs: 0,
    isNothing: ({ base, revision }) => revision === base,
    behind: () => null,
  })
  let reads = 0
  const failures = new LRUCache<string, { readonly error: Error }>({
    max: 1_024,
    ttl: failureKeptMs,
    perf: timers,
  })

  async function read(document: DocumentId, after: LogPosition, telling: Telling): Promise<Passage> {
    const { entries, head, lineage, kind } = await history.entries(document, after)
    const revision = after + entries.length
    const passage = { base: after, revision, isPart: revision < head }
    if (entries.length === 0) return { steps: [], ...passage }
    const parts = inARow(entries, after)
    if (kind === 'yjs') return { steps: parts.map((part) => ({ ...part, told: null })), ...passage }
    const told = await follow({ document, after, lineage, telling, revision }, parts).catch(
      (error: Error) => {
        if (error instanceof WorkerFailure) failures.set(keyOf(document, after, telling), { error })
        throw error
      },
    )
    const steps = parts.map((part, index) => ({ ...part, told: told[index] ?? null }))
    return { steps: steps.filter((step) => step.told !== null && !isNothing(step.told)), ...passage }
  }

  async function follow(where: Where, parts: readonly Part[]): Promise<readonly FollowedStep[]> {
    const { document, after, lineage, telling, revision } = where
    // Who wants diffs and who wants changes are not at the same step: each kind has a text of its own.
    const task = {
      from: `${document} ${lineage} ${after} ${telling}`,
      to: `${document} ${lineage} ${revision} ${telling}`,
      parts: parts.map(({ updates }) => updates),
      diff: telling === 'diff' ? parts.map(namesOf) : null,
    }
    const told = await worker.followText({ ...task, start: null })
    if (told !== null) return told
    // The thread does not have the document as it was then: it is built there once.
    const { updates } = await history.read(document, after)
    return (await worker.followText({ ...task, start: updates })) ?? []
  }

  return {
    async read(document, after, telling) {
      const key = keyOf(document, after, telling)
      const ready = kept.get(key)
      if (ready !== undefined) return ready
      const failure = failures.get(key)
      if (failure !== undefined) throw failure.error
      return looks.at(document, `${after} ${telling}`, async () => {
        if (reads >= readsAtOnce) throw new TooManyReads()
        reads++
        try {
          const passage = await read(document, after, telling)
          if (passage.revision > after) kept.set(key, passage)
          return passage
        } finally {
          reads--
        }
      })
    },
    forget(document) {
      for (const key of [...kept.keys()]) if (key.startsWith(`${document} `)) kept.delete(key)
    },
  }
}

function keyOf(document: DocumentId, after: LogPosition, telling: Telling): string {
  return `${document} ${after} ${telling}`
}

interface Where {
  readonly document: DocumentId
  readonly after: LogPosition
  readonly lineage: string
  readonly telling: Telling
  readonly revision: LogPosition
}

interface Part {
  readonly base: LogPosition
  readonly revision: LogPosition
  readonly actor: ActorId
  readonly at: number
  readonly updates: readonly Uint8Array[]
}

function inARow(entries: Entries['entries'], after: LogPosition): readonly Part[] {
  const parts: { from: number; entries: LogEntry[] }[] = []
  for (const [index, entry] of entries.entries()) {
    const last = parts.at(-1)
    if (last?.entries[0]?.actor === entry.actor) last.entries.push(entry)
    else parts.push({ from: after + index, entries: [entry] })
  }
  return parts.flatMap(({ from, entries: own }) => {
    const last = own.at(-1)
    if (last === undefined) return []
    const updates = own.map(({ update }) => update)
    return { base: from, revision: from + own.length, actor: last.actor, at: last.at, updates }
  })
}

function namesOf({ base, revision, actor, at }: Part) {
  return { from: `revision ${base}`, to: `revision ${revision}\t${new Date(at).toISOString()}\t${actor}` }
}

function isNothing(told: FollowedStep): boolean {
  return told.length === 0
}

function sizeOf(told: FollowedStep | null): number {
  if (told === null) return 0
  if (typeof told === 'string') return 2 * told.length
  return told.reduce((sum, { insert, removed }) => sum + 64 + 2 * (insert.length + removed.length), 0)
}
