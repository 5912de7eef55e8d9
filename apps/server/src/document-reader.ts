/**
 * The text, its forms and the state of documents for programs that only read. Built in workers once per revision,
 * shared by all who ask meanwhile, and kept while there is room.
 */
import type { DocumentId } from '@weft/protocol'
import type { LogPosition } from '@weft/sync'
import { LRUCache } from 'lru-cache'
import type { DocumentRevisions } from './document-revisions.ts'
import type { DocumentWorker } from './documents-in-worker.ts'
import type { ShownText, TextForm } from './text-tasks.ts'

export interface DocumentReader {
  /** Rejects as reading the log or the history does, with {@link TooManyReads}, or when the worker fails. */
  text(of: Revision): Promise<Read<string>>
  /** The whole document as one update. */
  state(of: Revision): Promise<Read<Uint8Array<ArrayBuffer>>>
  /** A part of the text, or another form of it. Rejects with WorkerFailure where that takes too long. */
  shown(of: Revision, form: TextForm): Promise<Read<ShownText>>
}

export interface Revision {
  readonly id: DocumentId
  readonly lineage: string
  readonly revision: LogPosition
  /** Exactly that one is meant; otherwise it may be a later one. */
  readonly isPast?: boolean
}

export interface Read<Content> {
  readonly content: Content
  readonly revision: LogPosition
  readonly lineage: string
}

/** So many documents are being read that another one would only wait and hold memory. */
export class TooManyReads extends Error {
  override name = 'TooManyReads'
}

const keptBytes = 64 * 1024 * 1024
const keptFormBytes = 16 * 1024 * 1024
const readsAtOnce = 64
/** Of an object that says where. */
const placeBytes = 64

export interface ReaderDeps {
  readonly revisions: DocumentRevisions
  readonly worker: DocumentWorker
}

export function createReader({ revisions, worker }: ReaderDeps): DocumentReader {
  const exactly = ({ revision, isPast }: Revision) => (isPast === true ? revision : null)

  const text = remembering<Revision, string>({
    keyOf,
    async build(of) {
      const read = await revisions.at({ ...of, exactly: exactly(of) }, (source) => worker.readText(source))
      return { content: read.value, revision: read.revision, lineage: read.lineage }
    },
    bytes: (content) => 2 * content.length,
    keptBytes,
  })
  const state = remembering<Revision, Uint8Array<ArrayBuffer>>({
    keyOf,
    async build(of) {
      const { updates, head, lineage } = await revisions.slice({ ...of, exactly: exactly(of) })
      const { bytes } = await worker.readState(updates)
      return { content: new Uint8Array(bytes), revision: head, lineage }
    },
    bytes: (content) => content.length,
    keptBytes,
  })
  const form = remembering<Revision & { readonly form: TextForm }, ShownText>({
    keyOf: (of) => `${keyOf(of)} ${JSON.stringify(of.form)}`,
    async build(of) {
      const whole = await text(of)
      return { ...whole, content: await worker.show(whole.content, of.form) }
    },
    bytes: (content) =>
      content.type === 'shown'
        ? 2 * content.content.length
        : content.found.reduce((bytes, { excerpt }) => bytes + placeBytes + 2 * excerpt.length, 0),
    keptBytes: keptFormBytes,
  })

  return {
    text,
    state,
    async shown(of, asked) {
      if (asked.part !== null || asked.as !== 'text') return form({ ...of, form: asked })
      const whole = await text(of)
      const { content } = whole
      return { ...whole, content: { type: 'shown', content, line: 1, from: 0, to: content.length } }
    },
  }
}

interface Recipe<Of, Content> {
  keyOf(of: Of): string
  build(of: Of): Promise<Read<Content>>
  bytes(content: Content): number
  readonly keptBytes: number
}

function remembering<Of extends Revision, Content>(recipe: Recipe<Of, Content>) {
  const kept = new LRUCache<string, Read<Content>>({
    maxSize: recipe.keptBytes,
    sizeCalculation: ({ content }) => recipe.bytes(content) + 256,
  })
  const underWay = new Map<string, Promise<Read<Content>>>()

  async function read(of: Of): Promise<Read<Content>> {
    const result = await recipe.build(of)
    kept.set(recipe.keyOf({ ...of, lineage: result.lineage, revision: result.revision }), result)
    return result
  }

  return async (of: Of): Promise<Read<Content>> => {
    const key = recipe.keyOf(of)
    // What is read for somebody who takes a later one, too, may become that.
    const question = `${of.isPast === true} ${key}`
    const ready = kept.get(key) ?? underWay.get(question)
    if (ready !== undefined) return ready
    if (underWay.size >= readsAtOnce) throw new TooManyReads()
    const reading = read(of).finally(() => underWay.delete(question))
    underWay.set(question, reading)
    return reading
  }
}

function keyOf({ id, lineage, revision }: Revision): string {
  return `${id} ${lineage} ${revision}`
}
