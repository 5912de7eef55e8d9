/** How long one commit of one small edit takes, in the storage that the server uses and with its settings. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '../../../apps/server/src/storage/sqlite.ts'
import { histogram } from '../generator/histogram.ts'
import { newDocument } from './new-document.ts'

const updateBytes = 28
const warmUp = 50
const commits = 400

const folder = await mkdtemp(path.join(tmpdir(), 'weft-bench-'))
const storage = await openSqlite({ folder, timers: realTimers })
const { id } = await storage.documents.create(newDocument(0))
const times = histogram()
for (let index = 0; index < warmUp + commits; index++) {
  const update = new Uint8Array(updateBytes).fill(index)
  const began = performance.now()
  await storage.updates.append(id, [{ update, actor: 'guest:anonymous', at: Date.now() }])
  if (index >= warmUp) times.add(performance.now() - began)
}
await storage.close()
await rm(folder, { recursive: true })
console.log(JSON.stringify({ p50: times.quantile(0.5), p99: times.quantile(0.99) }))
