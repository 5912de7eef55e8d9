/** How long the disk alone takes to make a few bytes durable. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { histogram } from '../generator/histogram.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'weft-bench-'))
const file = openSync(path.join(folder, 'appended'), 'a')
const times = histogram()
for (let index = 0; index < 500; index++) {
  const began = performance.now()
  writeSync(file, Buffer.alloc(28, index))
  fdatasyncSync(file)
  times.add(performance.now() - began)
}
closeSync(file)
rmSync(folder, { recursive: true })
console.log(JSON.stringify({ p50: times.quantile(0.5), p99: times.quantile(0.99) }))
