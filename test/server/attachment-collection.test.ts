import { limits, parseDocumentId } from '@weft/protocol'
import { collectAttachments, collectRegularly } from '@weft/server/attachment-collection'
import { realTimers } from '@weft/server/clock'
import { createReader } from '@weft/server/document-reader'
import { documentRevisions } from '@weft/server/document-revisions'
import { startDocumentWorker } from '@weft/server/documents-in-worker'
import { openLog } from '@weft/server/log'
import { openMemory } from '@weft/server/storage/memory'
import type { DocumentRecord } from '@weft/server/storage/storage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

const worker = startDocumentWorker({ timers: realTimers })
const storage = openMemory()
const reader = createReader({
  revisions: documentRevisions(storage.updates, storage.history),
  worker,
})
const log = openLog('trace', { write: () => {} })
afterAll(async () => {
  await storage.close()
  await worker.close()
})

const day = 24 * 60 * 60 * 1_000
let now = 1_760_000_000_000
const timers = { now: () => now, after: realTimers.after }
const deps = { storage, reader, timers, log }

let made = 0
async function document(text: string, kind: DocumentRecord['kind'] = 'markdown'): Promise<DocumentRecord> {
  const id = parseDocumentId(`d${++made}`)
  if (id === null) throw new RangeError('no id')
  const update = text === '' ? null : await worker.writeText(text)
  return storage.documents.create({
    ...{ id, kind, title: 'A', language: null, lineage: 'l', createdBy: 'guest:ann', createdAt: now },
    first: update === null ? null : { update, actor: 'guest:ann', at: now },
  })
}

async function attach({ id }: Pick<DocumentRecord, 'id'>, name: string): Promise<void> {
  const file = await storage.attachments.receive(new Blob([name]).stream(), 100)
  await storage.attachments.add(
    { id: name, document: id, name, type: 'text/plain', createdBy: 'guest:ann', createdAt: now },
    file,
  )
}

async function left({ id }: Pick<DocumentRecord, 'id'>): Promise<string[]> {
  return (await storage.attachments.list(id)).map((record) => record.id).sort()
}

describe('attachments that nothing mentions', () => {
  let noted: DocumentRecord
  let trashed: DocumentRecord
  let opaque: DocumentRecord
  beforeAll(async () => {
    noted = await document('# A\n\n![x](/attachments/mentioned) and <img src="/attachments/quoted">\n')
    for (const name of ['mentioned', 'quoted', 'forgotten', 'remembered']) await attach(noted, name)
    trashed = await document('nothing')
    await attach(trashed, 'in-the-trash')
    await storage.documents.trash(trashed.id, now)
    opaque = await document('', 'yjs')
    await attach(opaque, 'in-types-of-their-own')
  })

  it('stay for the whole of their grace', async () => {
    for (let days = 0; days <= 29; days += 29) {
      now += days * day
      expect(await collectAttachments(deps)).toEqual({ attachments: 0, files: 0 })
    }
    expect(await left(noted)).toEqual(['forgotten', 'mentioned', 'quoted', 'remembered'])
  })

  it('start anew when they were mentioned meanwhile, and go when it is over', async () => {
    await storage.attachments.mark(['remembered'], now)
    now += day
    expect(await collectAttachments(deps)).toEqual({ attachments: 1, files: 0 })
    expect(await left(noted)).toEqual(['mentioned', 'quoted', 'remembered'])
    now += limits.attachmentGraceMs
    expect(await collectAttachments(deps)).toEqual({ attachments: 1, files: 0 })
    expect(await left(noted)).toEqual(['mentioned', 'quoted'])
  })

  it('are kept by documents in the trash, and by those whose text nobody knows', async () => {
    now += 10 * limits.attachmentGraceMs
    await collectAttachments(deps)
    expect(await left(trashed)).toEqual(['in-the-trash'])
    expect(await left(opaque)).toEqual(['in-types-of-their-own'])
  })

  it('are kept while their document cannot be read', async () => {
    const torn = await document('text')
    await attach(torn, 'of-a-torn-one')
    storage.faults.damage(torn.id)
    await collectAttachments(deps)
    now += limits.attachmentGraceMs
    await collectAttachments(deps)
    expect(await left(torn)).toEqual(['of-a-torn-one'])
  })
})

it('collecting begins some time after the start, is repeated daily, and stops', async () => {
  const virtual = new VirtualTimers()
  const lines: string[] = []
  const heard = openLog('trace', { write: (line) => lines.push(line) })
  const passes = () => lines.filter((line) => line.includes('attachments collected')).length
  const regular = collectRegularly({ ...deps, storage: openMemory(), timers: virtual, log: heard })
  virtual.advance(10 * 60 * 1_000)
  await until(() => passes() === 1 && virtual.pending === 1)
  virtual.advance(day)
  await until(() => passes() === 2 && virtual.pending === 1)
  regular.stop()
  expect(virtual.pending).toBe(0)
})
