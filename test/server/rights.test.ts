/** Rights that change while people are connected. */
import { closeCodes, limits, type Role } from '@weft/protocol'
import { expect, test } from 'vitest'
import { syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { type WireClient, wireClient } from '../support/wire-client.ts'

/** A minute and a little, in which everybody is heard of: the dead are not looked at. */
async function passed(
  time: VirtualTimers,
  clients: readonly WireClient[],
  isOver: () => unknown,
): Promise<void> {
  const end = time.now() + limits.rightsMs + 20_000
  await until(() => {
    for (const client of clients) if (client.isOpen) client.send({ type: 'query-presence' })
    if (time.now() < end) time.advance(2_000)
    return isOver()
  })
}

for (const [what, before, after, code] of [
  ['no right any more: 4403', 'editor', null, closeCodes.forbidden],
  ['only reading: 4403', 'editor', 'viewer', closeCodes.forbidden],
  ['writing too: 1012, to come back with it', 'viewer', 'editor', closeCodes.restarting],
] as const) {
  test(`[W32] ${what}, within a minute`, async () => {
    const time = new VirtualTimers()
    let role: Role | null = before
    const server = await syncServer({ timers: time, roleOf: () => role })
    const client = wireClient(server.port, await server.create('rights'))
    const other = wireClient(server.port, await server.create('others'))
    await until(() => client.all('sync-step-2').length === 1 && other.all('sync-step-2').length === 1)
    role = after
    await passed(time, [client, other], () => client.closed)
    expect(client.closed?.code).toBe(code)
    other.terminate()
    const stopped = server.stop()
    time.advance(60_000)
    await stopped
  })
}

test('[W32] a document that went to the trash elsewhere: 4404; of the others nobody is disturbed', async () => {
  const time = new VirtualTimers()
  const server = await syncServer({ timers: time })
  const id = await server.create('trashed')
  const client = wireClient(server.port, id)
  const other = wireClient(server.port, await server.create('kept'))
  await until(() => client.all('sync-step-2').length === 1 && other.all('sync-step-2').length === 1)
  await server.storage.documents.trash(id, 1)
  await passed(time, [client, other], () => client.closed)
  expect(client.closed?.code).toBe(closeCodes['not-found'])
  expect(other.isOpen).toBe(true)
  other.terminate()
  const stopped = server.stop()
  time.advance(60_000)
  await stopped
})
