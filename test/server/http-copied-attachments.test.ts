/** Copies of documents have files of their own. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AttachmentResource, DocumentResource } from '@weft/protocol'
import type { Storage } from '@weft/server/storage/storage'
import { StorageFailure } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Answer, type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

/** The smallest of its kind: one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

async function attach(id: string, body: string | Uint8Array, name: string) {
  const answer = await server.ask('POST', `/documents/${id}/attachments?name=${name}`, body)
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json as AttachmentResource
}

describe('a copy of a document', () => {
  it.each(['a duplicate', 'one made of a template'])('has files of its own: %s', async (how) => {
    const source = await server.create({ isTemplate: true })
    const [shown, other] = [
      await attach(source.id, png, 'p.png'),
      await attach(source.id, 'not mentioned', 'other'),
    ]
    const text = `![p](/attachments/${shown.id}) ![p](/attachments/${shown.id}) /attachments/${'x'.repeat(22)}`
    await server.ask('PUT', `/documents/${source.id}/content?base=latest`, text, {
      'content-type': 'text/markdown',
    })
    const copy = (
      how === 'a duplicate'
        ? await server.ask('POST', `/documents/${source.id}/duplicate`)
        : await server.ask('POST', '/documents', { template: source.id })
    ).json as DocumentResource
    const { attachments } = (await server.ask('GET', `/documents/${copy.id}/attachments`)).json as {
      attachments: AttachmentResource[]
    }
    expect(attachments).toMatchObject([{ name: 'p.png', type: 'image/png', document: copy.id }])
    const own = attachments[0]?.id ?? ''
    expect((await server.ask('GET', `/documents/${copy.id}/content`)).text).toBe(
      text.replaceAll(shown.id, own),
    )
    for (const { id } of [shown, other])
      await server.ask('DELETE', `/documents/${source.id}/attachments/${id}`)
    expect(Buffer.from(await (await fetch(`${server.url}/attachments/${own}`)).arrayBuffer())).toEqual(png)
  })
})

describe('a copy that the server does not live to answer', () => {
  it.each(['a duplicate', 'one made of a template'])('has its files, and is made once: %s', async (how) => {
    await using folder = await temporaryFolder()
    let isDying = false
    const storage = (real: Storage): Storage => ({
      ...real,
      documents: {
        ...real.documents,
        create: async (draft) => {
          const made = await real.documents.create(draft)
          if (isDying) throw new StorageFailure('it ends here', { full: false })
          return made
        },
      },
    })
    const key = { 'idempotency-key': 'copy' }
    let copyIt = (_: Weft) => Promise.reject<Answer>(new Error('nothing to copy'))
    {
      await using dying = await weft({ folder: folder.path, storage })
      const { id } = await dying.create()
      const { markdown } = (await dying.ask('POST', `/documents/${id}/attachments`, 'kept'))
        .json as AttachmentResource
      const type = { 'content-type': 'text/markdown' }
      await dying.ask('PUT', `/documents/${id}/content?base=latest`, markdown, type)
      copyIt = (own) =>
        how === 'a duplicate'
          ? own.ask('POST', `/documents/${id}/duplicate`, undefined, key)
          : own.ask('POST', '/documents', { template: id }, key)
      isDying = true
      expect((await copyIt(dying)).status).toBe(503)
    }
    await using own = await weft({ folder: folder.path })
    const { id } = (await copyIt(own)).json as DocumentResource
    const { text } = await own.ask('GET', `/documents/${id}/content`)
    const [, address = ''] = /\((.*)\)/.exec(text) ?? []
    expect(await (await fetch(`${own.url}${address}`)).text()).toBe('kept')
    expect((await own.ask('GET', '/documents')).json).toMatchObject({ documents: { length: 2 } })
  })
})

describe('a copy of a document whose file the disk lost', () => {
  it('is there none the less, with the files that are left', async () => {
    await using folder = await temporaryFolder()
    await using own = await weft({ folder: folder.path })
    const { id } = await own.create()
    const named: AttachmentResource[] = []
    for (const content of ['lost', 'left']) {
      const { json } = await own.ask('POST', `/documents/${id}/attachments?name=${content}`, content)
      named.push(json as AttachmentResource)
    }
    const text = named.map(({ markdown }) => markdown).join('\n')
    await own.ask('PUT', `/documents/${id}/content?base=latest`, text, { 'content-type': 'text/markdown' })
    const digest = createHash('sha256').update('lost').digest('hex')
    await rm(join(folder.path, 'attachments', digest.slice(0, 2), digest))
    const copied = await own.ask('POST', `/documents/${id}/duplicate`)
    expect(copied.status).toBe(201)
    const { attachments } = (
      await own.ask('GET', `/documents/${(copied.json as DocumentResource).id}/attachments`)
    ).json as { attachments: AttachmentResource[] }
    expect(attachments).toMatchObject([{ name: 'left' }])
  })
})
