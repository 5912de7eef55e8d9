/** B12: opening a document that has a long history. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runNode } from '../children.ts'
import { readUpdates } from '../data/update-file.ts'
import { generate } from '../generate.ts'
import type { Bench, Scenario, Values } from '../scenario.ts'
import { makeDocuments, postUpdate, type RunningServer, startWeft } from '../servers.ts'

const replayHistory = fileURLToPath(new URL('../programs/replay.ts', import.meta.url))
const tail = 125
/** In which a server folds what came before it. */
const foldingMs = 8_000
const warmRoom = 0
const room = 1

const running = 'weft'
const started = 'weft, just started'
const replay = 'replay into a Y.Doc'

export const coldOpen: Scenario = {
  id: 'cold-open',
  title: 'Opening a document with 259,778 edits of history',
  about:
    "From the request to the first byte of the document, of a document that is not in memory. The server was killed while somebody wrote: the last 125 edits came one by one after the last fold, which is about as many as a server lets come. The disk's cache is warm.",
  subjects: [running, started, replay],
  columns: [
    { key: 'firstMs', title: 'first byte after ms' },
    { key: 'allMs', title: 'last byte after ms' },
    { key: 'kilobytes', title: 'sent kB' },
  ],
  async measure(subject, bench) {
    if (subject === replay) {
      const { history } = await bench.documents()
      return (await runNode(replayHistory, { place: 'server', arguments: [history] })) as Values
    }
    const folder = await mkdtemp(path.join(tmpdir(), 'weft-bench-'))
    try {
      await write(await startWeft({ folder }), bench)
      const server = await startWeft({ folder })
      try {
        if (subject === running) await generate({ type: 'opening', target: server, room: warmRoom })
        const { firstMs, allMs, bytes } = await generate({ type: 'opening', target: server, room })
        return { firstMs, allMs, kilobytes: bytes / 1_000 }
      } finally {
        await server.stop()
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** All but the last edits at once; the others each by itself. The last of them come when the server has folded. */
async function write(server: RunningServer, bench: Bench): Promise<void> {
  try {
    const { history, historyStart, historyRest } = await bench.documents()
    await makeDocuments(server, room + 1)
    await postUpdate(server, room, new Uint8Array(await readFile(historyStart)))
    const rest = readUpdates(history).slice(-historyRest)
    for (const [index, update] of rest.entries()) {
      if (index === rest.length - tail) await sleep(foldingMs)
      await postUpdate(server, room, new Uint8Array(update))
    }
  } finally {
    await server.kill()
  }
}
