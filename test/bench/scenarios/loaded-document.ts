/** B11: what a document weighs while it is open. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runNode } from '../children.ts'
import { generate } from '../generate.ts'
import { atRest } from '../generator/joining.ts'
import type { Bench, Scenario, Values } from '../scenario.ts'
import { makeDocuments, postUpdate, startWeft } from '../servers.ts'

const documents = 24
const liveDocuments = fileURLToPath(new URL('../programs/live-documents.ts', import.meta.url))
const collectOnSignal = new URL('../programs/collect-on-signal.ts', import.meta.url).href

export const loadedDocument: Scenario = {
  id: 'loaded-document',
  title: 'A document of 1 MB in memory',
  about: `RSS of the server for each of ${documents} open documents with one reader, and of a process that holds as many live Y.Docs; both after their garbage was collected.`,
  subjects: ['weft', 'live Y.Doc'],
  columns: [{ key: 'megabytesPerDocument', title: 'RSS per document MB' }],
  measure: (subject, bench) => (subject === 'weft' ? inWeft(bench) : live(bench)),
}

async function live(bench: Bench): Promise<Values> {
  const { large } = await bench.documents()
  return (await runNode(liveDocuments, {
    place: 'server',
    flags: ['--expose-gc'],
    arguments: [large, String(documents)],
  })) as Values
}

async function inWeft(bench: Bench): Promise<Values> {
  const update = new Uint8Array(await readFile((await bench.documents()).large))
  const folder = await mkdtemp(path.join(tmpdir(), 'weft-bench-'))
  try {
    const writer = await startWeft({ folder })
    await makeDocuments(writer, documents + 1)
    for (let room = 0; room <= documents; room++) await postUpdate(writer, room, update)
    // It folds them, one after the other: that is how documents lie on a server, unless they came that moment.
    await atRest(writer.pid)
    await writer.stop()

    const server = await startWeft({ folder, flags: ['--expose-gc', '--import', collectOnSignal] })
    try {
      const idling = { type: 'idling', target: server, quietMs: 0, longMs: 0, collect: true } as const
      // The first one brings code and tables that all others share.
      await generate({ ...idling, clients: 1, rooms: 1, firstRoom: documents, settleMs: 500 })
      const { rssBeforeMb, rssMb } = await generate({
        ...idling,
        clients: documents,
        rooms: documents,
        settleMs: 4_000,
      })
      return { megabytesPerDocument: (rssMb - rssBeforeMb) / documents }
    } finally {
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
