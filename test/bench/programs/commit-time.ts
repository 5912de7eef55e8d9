/**
 * How long one commit of one small edit takes, in the storage that the server uses, with its settings and at the pace
 * of ten people who type: a machine that sleeps in between takes longer than one that does nothing else. And what CPU
 * time that is, with nothing else in the process.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '../../../apps/server/src/storage/sqlite.ts'
import { histogram } from '../generator/histogram.ts'
import { newDocument } from './new-document.ts'

const updateBytes = 28
const warmUp = 200
const commits = 300
const paceMs = 20

const folder = await mkdtemp(path.join(tmpdir(), 'weft-bench-'))
const storage = await openSqlite({ folder, timers: realTimers })
const { id } = await storage.documents.create(newDocument(0))
const times = histogram()
let began = performance.now()
let spent = process.cpuUsage()
for (let index = 0; index < warmUp + commits; index++) {
  if (index === warmUp) {
    began = performance.now()
    spent = process.cpuUsage()
  }
  const update = new Uint8Array(updateBytes).fill(index)
  if (index >= warmUp) await sleep(paceMs)
  const asked = performance.now()
  await storage.updates.append(id, [{ update, actor: 'guest:anonymous', at: Date.now() }])
  if (index >= warmUp) times.add(performance.now() - asked)
}
const { user, system } = process.cpuUsage(spent)
const cpuPercent = (user + system) / 10 / (performance.now() - began)
await storage.close()
await rm(folder, { recursive: true })
console.log(JSON.stringify({ cpuPercent, p50: times.quantile(0.5), p99: times.quantile(0.99) }))
