/**
 * Everyone sees the same document, over real sockets: stock clients and the editor's own connection behind bad networks,
 * and a server that is killed under them. Several worlds share one server, each in a document of its own.
 */
import { parseDocumentId } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type EditorClient, editorClient } from '../support/editor-client.ts'
import { editText } from '../support/edits.ts'
import { figure, note, timeLimit } from '../support/lane.ts'
import { type Random, random } from '../support/random.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { areSame, type StockClient, stockClient } from '../support/stock-client.ts'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const longestWaitMs = 300

interface World {
  readonly seed: number
  readonly dice: Random
  readonly networks: readonly Network[]
  readonly document: string
  readonly clients: readonly (StockClient | EditorClient)[]
}

interface Network {
  readonly proxy: TcpProxy
  /** Bytes were lost on a connection that is still open: only its end heals that. */
  isTorn: boolean
}

async function openNetworks(server: RestartingServer, dice: Random): Promise<readonly Network[]> {
  const count = 3 + dice.below(3)
  return Promise.all(
    Array.from({ length: count }, async () => ({ proxy: await tcpProxy(server.port, dice), isTorn: false })),
  )
}

async function populate(
  server: RestartingServer,
  seed: number,
  dice: Random,
  networks: readonly Network[],
): Promise<World> {
  const document = await server.create({ title: `World ${seed}`, kind: 'text' })
  const { lineage } = await server.resource(document)
  const first = dice.below(3)
  const clients = networks.map(({ proxy: { port } }, index) => {
    const kind = (first + index) % 3
    if (kind === 2) return editorClient(port, { document, lineage, dice, longestWaitMs })
    return stockClient(port, document, {
      version: kind === 0 ? '3.0.0' : '3.1.0',
      name: `${index}`,
      maxBackoffTime: longestWaitMs,
    })
  })
  return { seed, dice, networks, document, clients }
}

/** One step: an edit, and whatever happens to a network. */
function step({ dice, clients, networks }: World): void {
  editText(dice.pick(clients).text, dice)
  const network = dice.pick(networks)
  const { proxy } = network
  if (dice.chance(0.06)) proxy.chop(dice.pick([1, 1, 3, 20, null]))
  if (dice.chance(0.06)) proxy.delay(dice.pick([2, 20, 100, null]))
  if (dice.chance(0.04)) proxy.hold(dice.pick([['to-server'], ['to-client'], ['to-server', 'to-client']]))
  if (dice.chance(0.12)) proxy.release()
  if (dice.chance(0.03)) proxy.cut()
  if (dice.chance(0.02)) proxy.cutHalf()
  if (dice.chance(0.01)) {
    proxy.swallow()
    network.isTorn = true
  }
}

function heal({ networks }: World): void {
  for (const { proxy, isTorn } of networks) {
    proxy.chop(null)
    proxy.delay(null)
    proxy.release()
    if (isTorn) proxy.cut()
  }
}

/** Everybody is connected and has the same; the editors say that it is saved. */
function isQuiet({ clients }: World): boolean {
  return (
    clients.every((client) => client.isConnected) &&
    clients.every((client) => !('saveState' in client) || client.saveState.state === 'saved') &&
    areSame(clients)
  )
}

/** All worlds go on side by side; the server is killed in the middle and comes back. */
async function live(server: RestartingServer, worlds: readonly World[], settings: readonly string[]) {
  const steps = 60
  let crash: Promise<unknown> = Promise.resolve()
  for (let index = 0; index < steps; index++) {
    for (const world of worlds) step(world)
    if (index === steps / 2) crash = server.kill().then(() => server.start(settings))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await crash
}

/** What the database holds, through a real Y.Doc. */
async function stored(folder: string, worlds: readonly World[]): Promise<readonly Y.Doc[]> {
  const storage = await openSqlite({ folder, timers: realTimers })
  const docs: Y.Doc[] = []
  for (const { document } of worlds) {
    const id = parseDocumentId(document)
    if (id === null) throw new RangeError(`bad id ${document}`)
    const doc = new Y.Doc()
    for (const update of (await storage.updates.read(id, 0)).updates) Y.applyUpdate(doc, update)
    docs.push(doc)
  }
  await storage.close()
  return docs
}

const worldsPerServer = 8
const servers = figure({ short: 5, long: 63 })
let slowestQuietMs = 0

describe('over bad networks and a server that is killed, everyone ends with the same bytes', () => {
  for (let number = 0; number < servers; number++) {
    const seeds = Array.from({ length: worldsPerServer }, (_, index) => number * worldsPerServer + index + 1)
    test(`seeds ${seeds[0]} to ${seeds.at(-1)}`, { timeout: timeLimit(180_000) }, async () => {
      await using server = await restartingServer()
      const dices = seeds.map((seed) => random(seed))
      const networks = await Promise.all(dices.map((dice) => openNetworks(server, dice)))
      // A name that the server does not know is refused, and each of these is one.
      const origins = networks.flat().map(({ proxy }) => `http://127.0.0.1:${proxy.port}`)
      const settings = ['--origins', origins.join(',')]
      await server.start(settings)
      const worlds = await Promise.all(
        seeds.map((seed, index) =>
          populate(server, seed, dices[index] ?? random(seed), networks[index] ?? []),
        ),
      )
      const ofAll = (is: (world: World) => boolean) =>
        worlds.filter((world) => !is(world)).map(({ seed }) => seed)
      await until(() => worlds.every(({ clients }) => clients.every((client) => client.isConnected)), {
        withinMs: 20_000,
      })
      for (let crashes = 0; crashes < 2; crashes++) await live(server, worlds, settings)

      for (const world of worlds) heal(world)
      const began = performance.now()
      await until(() => worlds.every(isQuiet), { withinMs: 45_000 }).catch(() => {})
      slowestQuietMs = Math.max(slowestQuietMs, performance.now() - began)
      expect(ofAll(isQuiet), 'worlds that differ').toEqual([])

      const late = worlds.map(({ document }) => stockClient(server.port, document))
      await Promise.all(late.map((client) => client.synced()))
      for (const client of late) client.leave()
      expect(await server.terminate()).toBe(0)
      const docs = await stored(server.folder, worlds)
      const same = (world: World) => {
        const index = worlds.indexOf(world)
        return areSame([
          ...world.clients,
          ...late.slice(index, index + 1),
          { doc: docs[index] ?? new Y.Doc() },
        ])
      }
      expect(ofAll(same), 'worlds whose database or fresh load differs').toEqual([])
      expect(server.stderr).not.toMatch(/"level":"(error|fatal)"/)
      for (const { clients } of worlds) for (const client of clients) client.leave()
      for (const { proxy } of networks.flat()) await proxy[Symbol.asyncDispose]()
      if (number === servers - 1)
        note('convergence over sockets', {
          worlds: servers * worldsPerServer,
          'server kills': servers * 2,
          'slowest to be quiet ms': Math.round(slowestQuietMs),
        })
    })
  }
})
