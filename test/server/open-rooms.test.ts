import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { stockClient, stockVersions } from '../support/stock-client.ts'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft({ openRooms: true })
})
afterAll(() => server.close())

async function pair(room: string, version: (typeof stockVersions)[number] = '3.1.0') {
  const clients = [stockClient(server.port, room, { version }), stockClient(server.port, room)] as const
  await Promise.all(clients.map((client) => client.synced()))
  return clients
}

describe('With open rooms', () => {
  test.each(stockVersions)('y-websocket %s makes a room by connecting to it', async (version) => {
    const [ann, ben] = await pair(`fresh-${version.replaceAll('.', '')}`, version)
    ann.doc.getText('codemirror').insert(0, 'any root')
    await until(() => ben.doc.getText('codemirror').toString() === 'any root')
    ann.leave()
    ben.leave()
  })

  test.each(['my app/page 7', 'prosemirror:überschrift', '日本語', 'a'.repeat(300)])(
    'any name is a room: %s',
    async (room) => {
      const [ann, ben] = await pair(room)
      ann.doc.getMap('m').set('k', room)
      await until(() => ben.doc.getMap('m').get('k') === room)
      ann.leave()
      ben.leave()
    },
  )

  test('different names are different rooms', async () => {
    const [ann, ben] = [stockClient(server.port, 'room a'), stockClient(server.port, 'room b')]
    await Promise.all([ann.synced(), ben.synced()])
    ann.doc.getMap('m').set('k', 'a')
    ben.doc.getMap('m').set('k', 'b')
    await until(() => ann.echoes > 0 && ben.echoes > 0)
    expect(ann.doc.getMap('m').get('k')).toBe('a')
    expect(ben.doc.getMap('m').get('k')).toBe('b')
    ann.leave()
    ben.leave()
  })

  test('a hundred who come to one new room at once share it', async () => {
    const clients = Array.from({ length: 100 }, () => stockClient(server.port, 'crowd'))
    await Promise.all(clients.map((client) => client.synced()))
    clients[0]?.doc.getArray('list').push([1])
    for (const client of clients) await until(() => client.doc.getArray('list').length === 1)
    for (const client of clients) client.leave()
  })

  test('whatever bindings build goes through: maps, lists, rich text, XML, subdocuments', async () => {
    const [ann, ben] = await pair('every-type')
    const { doc } = ann
    doc.getMap('map').set('nested', new Y.Map([['number', 1.5]]))
    doc.getArray('list').insert(0, [1, 'two', { three: [null, true] }, new Uint8Array([4])])
    doc.getText('quill').insert(0, 'bold', { bold: true })
    doc.getText('quill').insertEmbed(4, { image: 'x.png' })
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.setAttribute('align', 'right')
    paragraph.insert(0, [new Y.XmlText('prosemirror')])
    doc.getXmlFragment('prosemirror').insert(0, [paragraph])
    doc.getMap('subdocuments').set('page', new Y.Doc({ guid: 'page-1' }))
    doc.getMap('map').delete('nested')
    const same = () => Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(ben.doc))
    await until(same, { what: 'both hold the same' })
    expect(ben.doc.getXmlFragment('prosemirror').toString()).toBe(
      doc.getXmlFragment('prosemirror').toString(),
    )
    expect(ben.doc.getText('quill').toDelta()).toEqual(doc.getText('quill').toDelta())
    expect((ben.doc.getMap('subdocuments').get('page') as Y.Doc).guid).toBe('page-1')
    const late = stockClient(server.port, 'every-type')
    await late.synced()
    expect(Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(late.doc))).toBe(true)
    for (const client of [ann, ben, late]) client.leave()
  })

  test('a room is a document like any other to the API', async () => {
    const client = stockClient(server.port, 'as-document')
    await client.synced()
    const answer = await server.ask('GET', '/documents/as-document')
    expect(answer.json).toMatchObject({ title: 'as-document', kind: 'yjs', revision: 0 })
    client.leave()
  })

  test('one in the trash stays there', async () => {
    const client = stockClient(server.port, 'thrown-away')
    await client.synced()
    client.leave()
    expect((await server.ask('DELETE', '/documents/thrown-away')).status).toBe(204)
    const back = stockClient(server.port, 'thrown-away')
    await until(() => back.closes.includes(4404))
    back.leave()
  })
})

test('Without open rooms a client makes nothing', async () => {
  await using closed = await weft()
  const client = stockClient(closed.port, 'not-there')
  await until(() => client.closes.includes(4404))
  expect((await closed.ask('GET', '/documents/not-there')).status).toBe(404)
  client.leave()
})
