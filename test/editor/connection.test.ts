/** The editor's connection and save state against the real server, over real sockets. */
import { StorageFailure, type UpdateLog } from '@weft/sync'
import { afterEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type Connection, openConnection } from '../../packages/editor/src/connection.ts'
import { openPresence, type Presence } from '../../packages/editor/src/presence.ts'
import { type Saving, startSaving } from '../../packages/editor/src/saving.ts'
import { browserTimers, type Timers } from '../../packages/editor/src/timers.ts'
import { random } from '../support/random.ts'
import { type SyncServer, type SyncServerOptions, syncServer } from '../support/sync-server.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

/** One tab: everything of the editor but its view and its device. */
interface Tab {
  readonly ytext: Y.Text
  readonly presence: Presence
  readonly connection: Connection
  readonly saving: Saving
  /** Every state that was shown. */
  readonly shown: readonly string[]
  write(text: string): void
  close(): void
}

const stops: (() => unknown)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function serve(options: SyncServerOptions = {}): Promise<SyncServer> {
  const server = await syncServer(options)
  stops.push(() => server.stop())
  return server
}

function openTab(
  port: number,
  document: string,
  lineage = `lineage-of-${document}`,
  timers = browserTimers,
): Tab {
  const ydoc = new Y.Doc()
  const ytext = ydoc.getText('content')
  const saving = startSaving(browserTimers)
  const shown: string[] = []
  saving.state.subscribe(() => shown.push(saving.state.get().state))
  saving.tell({ type: 'device-read', edits: 0, copy: false })
  ydoc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== connection.origin) saving.tell({ type: 'edited' })
  })
  const presence = openPresence({
    ydoc,
    timers: browserTimers,
    user: { name: 'Ann', dye: 2 },
    cursor: () => null,
    writing: () => false,
    send: (frame) => connection.send(frame),
    onChange: () => {},
  })
  const connection = openConnection({
    ydoc,
    presence,
    document,
    lineage,
    syncUrl: `ws://127.0.0.1:${port}/sync`,
    timers,
    onEvent: (event) => saving.tell(event),
  })
  connection.connect()
  const tab: Tab = {
    ytext,
    presence,
    connection,
    saving,
    shown,
    write: (text) => ytext.insert(ytext.length, text),
    close() {
      connection.close()
      presence.close()
      saving.close()
      ydoc.destroy()
    },
  }
  stops.push(() => tab.close())
  return tab
}

const saved = (tab: Tab) => until(() => tab.saving.state.get().state === 'saved', { what: 'saved is shown' })

describe('saving', () => {
  test('an empty document is saved at its revision as soon as the server has answered', async () => {
    const server = await serve()
    const tab = openTab(server.port, await server.create('d'))
    await saved(tab)
    expect(tab.saving.state.get()).toEqual({ state: 'saved', revision: 0 })
    expect(tab.shown).toEqual(['saved'])
  })

  test('when it says saved, the log holds the text', async () => {
    const server = await serve()
    const id = await server.create('d')
    const tab = openTab(server.port, id)
    await saved(tab)
    for (const word of ['one ', 'two ', 'three']) tab.write(word)
    expect(tab.saving.state.get()).toMatchObject({ state: 'saving', edits: 3 })
    await saved(tab)
    expect((await server.stored(id)).getText('content').toString()).toBe('one two three')
    expect(tab.saving.confirmed).toBe(3)
    const { head } = await server.storage.updates.read(id, 0)
    expect(tab.saving.state.get()).toEqual({ state: 'saved', revision: head })
  })

  test('a storage that does not commit is never passed off as saved, and recovers by itself', async () => {
    let failing = false
    const log = (real: UpdateLog): UpdateLog => ({
      ...real,
      read: (...args) => real.read(...args),
      fold: (...args) => real.fold(...args),
      append: (...args) =>
        failing ? Promise.reject(new StorageFailure('full', { full: true })) : real.append(...args),
    })
    const server = await serve({ log })
    const tab = openTab(server.port, await server.create('d'))
    await saved(tab)
    failing = true
    tab.write('text')
    await until(() => tab.saving.state.get().state === 'not-saved')
    expect(tab.saving.state.get()).toEqual({ state: 'not-saved', edits: 1, reason: 'storage-full' })
    failing = false
    await saved(tab)
  })

  test('words written without a connection arrive when it returns, and only then are saved', async () => {
    const server = await serve()
    const id = await server.create('d')
    const proxy = await tcpProxy(server.port, random(1))
    stops.push(() => proxy[Symbol.asyncDispose]())
    const tab = openTab(proxy.port, id)
    await saved(tab)
    proxy.hold(['to-server', 'to-client'])
    proxy.cut()
    await until(() => tab.connection.state.get().state === 'offline')
    for (const word of ['one ', 'two ', 'three']) tab.write(word)
    expect(['device', 'tab']).toContain(tab.saving.state.get().state)
    proxy.release()
    await saved(tab)
    expect(tab.shown.slice(1)).not.toContain('loading')
    expect((await server.stored(id)).getText('content').toString()).toBe('one two three')
  })

  test('what is too large for any message is said to be, and not sent again and again', async () => {
    const server = await serve()
    const id = await server.create('d')
    const delays: number[] = []
    const after: Timers['after'] = (ms, task) => {
      delays.push(ms)
      return browserTimers.after(ms, task)
    }
    const tab = openTab(server.port, id, undefined, { ...browserTimers, after })
    tab.write('base')
    await saved(tab)
    const undo = new Y.UndoManager(tab.ytext)
    tab.write('восемнадцать букв\n'.repeat(500_000))
    await until(() => tab.connection.state.get().state === 'offline')
    expect(tab.saving.state.get()).toEqual({ state: 'not-saved', edits: 1, reason: 'document-full' })
    expect(Math.max(...delays)).toBeGreaterThanOrEqual(30_000)
    undo.undo()
    undo.clear()
    if (tab.ytext.doc !== null) {
      const { store } = tab.ytext.doc
      Y.tryGc(Y.createDeleteSetFromStructStore(store), store, () => true)
    }
    tab.connection.again()
    await saved(tab)
    expect((await server.stored(id)).getText('content').toString()).toBe('base')
  })

  test('two tabs write at once and end with the same text, all of it in the log', async () => {
    const server = await serve()
    const id = await server.create('d')
    const [a, b] = [openTab(server.port, id), openTab(server.port, id)]
    await Promise.all([saved(a), saved(b)])
    for (let index = 0; index < 50; index += 1) {
      a.write(`a${index} `)
      b.write(`b${index} `)
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => a.saving.confirmed === 50 && b.saving.confirmed === 50)
    await until(() => a.ytext.toString() === b.ytext.toString())
    expect((await server.stored(id)).getText('content').toString()).toBe(a.ytext.toString())
  })
})

describe('access', () => {
  test('a reader is told so, and may not write', async () => {
    const server = await serve({ roleOf: () => 'viewer' })
    const tab = openTab(server.port, await server.create('d'))
    await until(() => tab.saving.state.get().state === 'read-only')
  })

  test('a document that is not there is refused for good', async () => {
    const server = await serve()
    const tab = openTab(server.port, 'nowhere')
    await until(() => tab.connection.state.get().state === 'refused')
    expect(tab.connection.state.get()).toEqual({ state: 'refused', reason: 'not-found' })
    expect(tab.saving.state.get()).toEqual({ state: 'refused', edits: 0, reason: 'not-found' })
  })

  test('a document that was replaced meanwhile is refused: what is here belongs to the old one', async () => {
    const server = await serve()
    const tab = openTab(server.port, await server.create('d'), 'an-older-lineage')
    await until(() => tab.connection.state.get().state === 'refused')
    expect(tab.connection.state.get()).toEqual({ state: 'refused', reason: 'out-of-sync' })
  })

  test('a document that goes to the trash under your hands keeps count of what was not accepted', async () => {
    const server = await serve()
    const id = await server.create('d')
    const tab = openTab(server.port, id)
    await saved(tab)
    server.rooms.dismiss(id)
    await until(() => tab.connection.state.get().state === 'refused')
    tab.write('late')
    expect(tab.saving.state.get()).toEqual({ state: 'refused', edits: 1, reason: 'not-found' })
  })
})

describe('presence', () => {
  test('two tabs see each other as the server names them, and send only their own', async () => {
    const server = await serve()
    const id = await server.create('d')
    const [a, b] = [openTab(server.port, id), openTab(server.port, id)]
    await until(() => a.presence.peers.size === 1 && b.presence.peers.size === 1)
    expect([...a.presence.peers.values()][0]?.state).toMatchObject({ id: 'guest:test', name: 'Ann' })
    await until(() => a.presence.self?.id === 'guest:test')
    a.presence.setUser({ name: 'Anna', dye: 5 })
    await until(() => [...b.presence.peers.values()][0]?.state.name === 'Anna')
  })

  test('who leaves is gone at once', async () => {
    const server = await serve()
    const id = await server.create('d')
    const [a, b] = [openTab(server.port, id), openTab(server.port, id)]
    await until(() => a.presence.peers.size === 1)
    b.connection.close()
    await until(() => a.presence.peers.size === 0)
  })
})
