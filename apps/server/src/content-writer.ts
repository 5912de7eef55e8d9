/**
 * Programs write texts. What they write is made as an edit of the revision that they had read, in a document of its
 * own, and merged into the live one as a person's edit is who was offline since: people go on typing.
 */
import { randomBytes } from 'node:crypto'
import { type Actor, type DocumentId, programDye } from '@weft/protocol'
import type { LogPosition, Rooms, Timers, UpdateLog } from '@weft/sync'
import { z } from 'zod'
import { within } from './clock.ts'
import type { DocumentRevisions } from './document-revisions.ts'
import type { Edited, Intent, Writer } from './document-tasks.ts'
import type { DocumentWorker } from './documents-in-worker.ts'
import type { DocumentRecord } from './storage/storage.ts'
import { type WritingClient, writingClients } from './writing-clients.ts'

export interface ContentWriter {
  /**
   * Resolves when it is durable. Rejects as `Rooms.write` and `DocumentHistory.read` do, and with TooLate when it is
   * not known yet whether it is.
   */
  write(request: WriteRequest): Promise<WriteOutcome>
}

export interface WriteRequest {
  readonly document: DocumentRecord
  readonly actor: Actor
  /** `null`: the latest. */
  readonly base: LogPosition | null
  readonly intent: Intent
  readonly repeat: Repeat
}

/** A request that may come again: so that the second time does what the first did, or nothing. */
export interface Repeat {
  /** Of an earlier time that was not answered. */
  readonly noted: string | null
  /** Resolves when it is durable. */
  note(text: string): Promise<void>
}

export const neverAgain: Repeat = { noted: null, note: async () => {} }

type Made = Extract<Edited, { readonly type: 'edited' }>

export type WriteOutcome =
  | (Pick<Made, 'changed' | 'changes'> & {
      readonly type: 'written'
      readonly revision: LogPosition
      readonly base: LogPosition
      /** The text at the revision need not be what the edit made of the base's. */
      readonly merged: boolean
    })
  | (Exclude<Edited, Made> & { readonly base: LogPosition })

export interface ContentWriterDeps {
  readonly log: UpdateLog
  readonly revisions: DocumentRevisions
  /** Of the document now. */
  readonly revisionOf: (document: DocumentId) => Promise<LogPosition | null>
  readonly worker: DocumentWorker
  readonly rooms: Rooms
  readonly timers: Timers
}

/** A room tries for as long as its people are there; a program is told when that takes long. */
const commitMs = 5_000

const noteFormat = z.object({
  base: z.number(),
  client: z.number(),
  at: z.array(z.number()).readonly().nullable().default(null),
})

export function createContentWriter(deps: ContentWriterDeps): ContentWriter {
  const { log, revisions, worker, rooms, timers } = deps
  const clients = writingClients()

  /** The log after the base holds this edit and nothing else. */
  async function isAlone(document: DocumentId, base: LogPosition, revision: LogPosition, update: Uint8Array) {
    if (revision !== base + 1) return false
    const { updates, actors } = await log.read(document, base)
    const [only] = updates
    return only !== undefined && actors[0] !== null && Buffer.compare(only, update) === 0
  }

  /**
   * Whoever sends a text that is there by now, on a base that is old, means what others have done already, or did it
   * before and was not told. Merged again, it would be there twice.
   */
  async function isThereBy({ id, lineage }: DocumentRecord, base: LogPosition, intent: Intent) {
    if (intent.type !== 'replace' || ((await deps.revisionOf(id)) ?? 0) <= base) return null
    const latest = { id, lineage, exactly: null }
    const { value: length } = await revisions.at(latest, (source) => worker.readLength(source))
    if (length !== intent.text.length) return null
    const now = await revisions.at(latest, (source) => worker.readText(source))
    return now.value === intent.text ? now.revision : null
  }

  function show(document: DocumentId, actor: Actor, caret: unknown): void {
    const program: Actor = { ...actor, kind: 'token', name: actor.name ?? 'Program', dye: programDye }
    const client = randomBytes(4).readUInt32LE()
    rooms.showProgram(document, program, {
      client,
      state: { cursor: { anchor: caret, head: caret }, writing: true },
    })
  }

  return {
    async write({ document, actor, base, intent, repeat }) {
      const { id, lineage } = document
      const noted = repeat.noted === null ? null : noteFormat.parse(JSON.parse(repeat.noted))
      const place = { document: id, lineage, actor: actor.id }
      const idle = noted === null ? clients.take(place) : null
      const giveBack = () => {
        if (idle !== null) clients.give(place, idle)
      }
      const writer = noted === null ? writerFor(idle) : again(noted)
      const failed = (error: unknown): never => {
        giveBack()
        throw error
      }
      const exactly = noted?.base ?? base
      const made = await revisions
        .at({ id, lineage, exactly }, (source) => worker.edit(source, { intent, writer }))
        .catch(failed)
      const { value: edited, revision: onto } = made
      if (edited.type !== 'edited') {
        giveBack()
        return { ...edited, base: onto }
      }
      const { update, client, clock, caret, places, changed, changes } = edited
      const told = { type: 'written' as const, base: onto, changed, changes }
      if (changed === 0) {
        giveBack()
        const revision = Math.max(onto, (await deps.revisionOf(id)) ?? 0)
        return { ...told, revision, merged: revision !== onto }
      }
      const isThere =
        noted === null && base !== null ? await isThereBy(document, base, intent).catch(failed) : null
      if (isThere !== null) {
        giveBack()
        return { ...told, revision: isThere, merged: true, changed: 0, changes: [] }
      }
      if (client !== idle?.client) giveBack()
      if (noted === null) await repeat.note(noteOf({ base: onto, client, at: places }))
      const revision = await within(timers, commitMs, rooms.write(id, update, actor))
      if (noted === null) clients.give(place, { client, clock })
      show(id, actor, caret)
      // It is stored: an error now would be taken for the news that it is not.
      const alone = await isAlone(id, onto, revision, update).catch(() => false)
      return { ...told, revision, merged: !alone }
    },
  }
}

function noteOf(note: z.output<typeof noteFormat>): string {
  return JSON.stringify(note)
}

function again({ client, at }: z.output<typeof noteFormat>): Writer {
  return { type: 'exactly', client, at }
}

function writerFor(idle: WritingClient | null): Writer {
  return idle === null ? { type: 'new' } : { type: 'after', ...idle }
}
