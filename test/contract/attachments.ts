/**
 * What every AttachmentStore promises:
 *
 * F1  What was added is read back byte by byte, whole and in parts, and is described as it was.
 * F2  A document takes so many files and bytes, and none when it is away or in the trash.
 * F3  Equal bytes are kept once, and go with the last attachment that has them.
 * F4  A file that came too large, was cut off, or was not added leaves nothing.
 * F5  Sweeping takes what belongs to nobody, never what is being added.
 * F6  A document's first files are there when it is, all of them that are not lost.
 */
import { limits } from '@weft/protocol'
import {
  AttachmentDamaged,
  type AttachmentDraft,
  type AttachmentRecord,
  AttachmentsFull,
  DocumentExists,
  FileTooLarge,
  type FirstFile,
  type Storage,
} from '@weft/server/storage/storage'
import { DocumentGone, StorageFailure } from '@weft/sync'
import { describe, expect, test } from 'vitest'
import { type Adapter, documentId, draft, range } from './adapter.ts'

let made = 0

function attachment(document: string, named: Partial<AttachmentDraft> = {}): AttachmentDraft {
  const number = ++made
  return {
    id: `attachment-${number}`,
    document: documentId(document),
    name: `file ${number}.png`,
    type: 'image/png',
    createdBy: 'guest:ann',
    createdAt: 1_760_000_000_000 + number,
    ...named,
  }
}

async function* bytes(...chunks: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
}

async function add(storage: Storage, document: string, content: string): Promise<AttachmentRecord> {
  const { attachments } = storage
  return attachments.add(attachment(document), await attachments.receive(bytes(content), 1_000_000))
}

function makeWith(storage: Storage, files: readonly FirstFile['file'][], id = draft().id) {
  const drafted = files.map(() => attachment(id))
  const first = files.flatMap((file, index) => ({ draft: drafted[index] ?? attachment(id), file }))
  const made = storage.attachments.addWith(first, (attachments) =>
    storage.documents.create(draft({ id, attachments })),
  )
  return { id, drafted, made }
}

async function contentOf(
  { attachments }: Storage,
  record: AttachmentRecord,
  start = 0,
  end = record.bytes - 1,
) {
  return new Response((await attachments.open(record)).stream(start, end)).text()
}

export function attachmentSuite(adapter: Adapter): void {
  describe(`attachments: ${adapter.name}`, () => {
    test('[F1] are read back whole and in parts, and described as they were', async () => {
      const { storage, discard } = await adapter.open()
      const { attachments } = storage
      const { id } = await storage.documents.create(draft())
      const large = 'x'.repeat(70_000)
      const file = await attachments.receive(bytes('begin', large, 'end'), 100_000)
      expect(file).toMatchObject({ bytes: 70_008, digest: expect.stringMatching(/^[\da-f]{64}$/) })
      expect(new TextDecoder().decode(file.head)).toBe(`begin${large}`.slice(0, 4_100))
      const drafted = attachment(id)
      const record = await attachments.add(drafted, file)
      expect(record).toEqual({ ...drafted, bytes: 70_008, digest: file.digest, unmentionedSince: null })
      expect(await attachments.get(record.id)).toEqual(record)
      expect(await contentOf(storage, record)).toBe(`begin${large}end`)
      expect(await contentOf(storage, record, 3, 5)).toBe('inx')
      expect(await contentOf(storage, record, 70_007, 70_007)).toBe('d')
      expect(await attachments.get('attachment-0')).toBeNull()
      await discard()
    })

    test('[F1] are listed by document, oldest first, and so are the documents that have any', async () => {
      const { storage, discard } = await adapter.open()
      const ids = await Promise.all(range(3).map(async () => (await storage.documents.create(draft())).id))
      const [first = '', second = ''] = ids
      const records = []
      for (const content of ['a', 'b', 'c']) records.push(await add(storage, first, content))
      await add(storage, second, 'a')
      expect(await storage.attachments.list(documentId(first))).toEqual(records)
      const sorted = [first, second].sort()
      expect(await storage.attachments.documents(null, 10)).toEqual(sorted)
      expect(await storage.attachments.documents(null, 1)).toEqual(sorted.slice(0, 1))
      expect(await storage.attachments.documents(documentId(sorted[0] ?? ''), 10)).toEqual(sorted.slice(1))
      await discard()
    })

    test('[F1] remember since when nothing mentions them', async () => {
      const { storage, discard } = await adapter.open()
      const { id } = await storage.documents.create(draft())
      const [a, b] = [await add(storage, id, 'a'), await add(storage, id, 'b')]
      await storage.attachments.mark([a.id, b.id, 'nobody'], 5)
      await storage.attachments.mark([b.id], null)
      expect((await storage.attachments.list(id)).map((record) => record.unmentionedSince)).toEqual([5, null])
      await discard()
    })

    test('[F2] are refused by a document that is not there, in the trash, or full', async () => {
      const { storage, discard } = await adapter.open()
      const { attachments, documents } = storage
      await expect(add(storage, 'nowhere', 'x')).rejects.toBeInstanceOf(DocumentGone)
      const { id } = await documents.create(draft())
      await documents.trash(id, 1)
      await expect(add(storage, id, 'x')).rejects.toBeInstanceOf(DocumentGone)
      await documents.restore(id, 2)
      const file = await attachments.receive(bytes('x'), 10)
      const heavy = { ...file, bytes: limits.documentAttachmentBytes }
      await attachments.add(attachment(id), file)
      // Nothing waits any more, so its length is held against the file that is there.
      await expect(attachments.add(attachment(id), heavy)).rejects.toBeInstanceOf(AttachmentDamaged)
      for (const _ of range(limits.attachmentsPerDocument - 1)) await attachments.add(attachment(id), file)
      await expect(attachments.add(attachment(id), file)).rejects.toBeInstanceOf(AttachmentsFull)
      expect(await attachments.list(id)).toHaveLength(limits.attachmentsPerDocument)
      await discard()
    })

    test('[F3] with equal bytes share them, and they go with the last one', async () => {
      const { storage, discard } = await adapter.open()
      const { attachments } = storage
      const { id } = await storage.documents.create(draft())
      const [a, b] = await Promise.all([add(storage, id, 'same'), add(storage, id, 'same')])
      expect(a.digest).toBe(b.digest)
      expect(await attachments.remove(a.id)).toBe(true)
      expect(await attachments.remove(a.id)).toBe(false)
      expect(await contentOf(storage, b)).toBe('same')
      expect(await attachments.remove(b.id)).toBe(true)
      await expect(attachments.open(b)).rejects.toBeInstanceOf(AttachmentDamaged)
      const again = await add(storage, id, 'same')
      expect(await contentOf(storage, again)).toBe('same')
      await discard()
    })

    test('[F3] are shared with another document as long as the file is there', async () => {
      const { storage, discard } = await adapter.open()
      const { attachments } = storage
      const one = await storage.documents.create(draft())
      const first = await add(storage, one.id, 'shared')
      const { drafted, made } = makeWith(storage, [first])
      const { id } = await made
      const [second] = await attachments.list(id)
      expect(second).toEqual({ ...drafted[0], bytes: 6, digest: first.digest, unmentionedSince: null })
      await attachments.remove(first.id)
      if (second === undefined) throw new Error('not shared')
      expect(await contentOf(storage, second)).toBe('shared')
      await attachments.remove(second.id)
      const without = await makeWith(storage, [first]).made
      expect(await attachments.list(without.id)).toEqual([])
      await discard()
    })

    test('[F6] come with the document that they are the first of, or not at all', async () => {
      const { storage, discard } = await adapter.open()
      const { attachments, documents } = storage
      const files: FirstFile['file'][] = []
      for (const content of ['z', 'a', 'a']) files.push(await attachments.receive(bytes(content), 10))
      const { drafted, made } = makeWith(storage, files)
      const { id } = await made
      expect((await attachments.list(id)).map((record) => record.id)).toEqual(drafted.map((one) => one.id))
      const taken = makeWith(storage, files, id).made
      await expect(taken).rejects.toBeInstanceOf(DocumentExists)
      const [file] = files
      const tooMany = makeWith(
        storage,
        range(limits.attachmentsPerDocument + 1).flatMap(() => file ?? []),
      )
      await expect(tooMany.made).rejects.toBeInstanceOf(AttachmentsFull)
      expect(await documents.get(tooMany.id)).toBeNull()
      expect(await attachments.documents(null, 10)).toEqual([id])
      expect(await attachments.list(id)).toHaveLength(3)
      await discard()
    })

    test('[F6] of documents that are made at once, with the same files in any order, hold nobody up', async () => {
      const { storage, discard } = await adapter.open()
      const files: FirstFile['file'][] = []
      for (const content of ['a', 'b', 'c']) files.push(await storage.attachments.receive(bytes(content), 10))
      const orders = range(10).map((turn) => (turn % 2 === 0 ? files : files.toReversed()))
      const documents = await Promise.all(orders.map((order) => makeWith(storage, order).made))
      for (const { id } of documents) expect(await storage.attachments.list(id)).toHaveLength(3)
      await discard()
    })

    test('[F3] that are added and removed at once, over and over, are there or not, never broken', async () => {
      const { storage, discard } = await adapter.open()
      const { id } = await storage.documents.create(draft())
      for (const _ of range(15)) {
        const old = await add(storage, id, 'contested')
        const [, fresh] = await Promise.all([
          storage.attachments.remove(old.id),
          add(storage, id, 'contested'),
          storage.attachments.sweep(),
        ])
        expect(await contentOf(storage, fresh)).toBe('contested')
        await storage.attachments.remove(fresh.id)
      }
      expect(await storage.attachments.sweep()).toBe(0)
      await discard()
    })

    test('[F4] that are too large or cut off reject with what was wrong', async () => {
      const { storage, discard } = await adapter.open()
      const { attachments } = storage
      await expect(attachments.receive(bytes('12345', '6'), 5)).rejects.toBeInstanceOf(FileTooLarge)
      const cut = (async function* () {
        yield* bytes('half')
        throw new RangeError('the line was cut')
      })()
      await expect(attachments.receive(cut, 10)).rejects.toBeInstanceOf(RangeError)
      await attachments.discard(await attachments.receive(bytes('unwanted'), 10))
      expect(await attachments.sweep()).toBe(0)
      await discard()
    })

    test('[F5] whose row was refused are swept away; those that have one stay', async () => {
      const { storage, discard } = await adapter.open()
      const { id } = await storage.documents.create(draft())
      const kept = await add(storage, id, 'kept')
      await expect(add(storage, 'nowhere', 'refused')).rejects.toBeInstanceOf(DocumentGone)
      expect(await storage.attachments.sweep()).toBe(1)
      expect(await storage.attachments.sweep()).toBe(0)
      expect(await contentOf(storage, kept)).toBe('kept')
      await discard()
    })

    test('[S2] are refused by a closed storage', async () => {
      const { storage, discard } = await adapter.open()
      await storage.close()
      await expect(storage.attachments.get('any')).rejects.toBeInstanceOf(StorageFailure)
      await discard()
    })
  })
}
