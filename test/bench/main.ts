/**
 * `pnpm bench`: Weft beside y-websocket-server, Hocuspocus and a relay that does nothing else. How it measures is in
 * docs/decisions/0006-benchmark-method.md, what it found in docs/benchmarks.md.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { documents } from './data/documents.ts'
import { goals } from './goals.ts'
import { machine } from './machine.ts'
import { measureAll } from './measuring.ts'
import { type Options, readOptions, usage } from './options.ts'
import { page } from './page.ts'
import { results } from './results.ts'
import { scenarios } from './scenarios.ts'
import { goalTable, scenarioTable } from './tables.ts'

const options = readOptions(process.argv.slice(2))
if (options.help) console.log(usage)
else if (process.platform !== 'linux') {
  console.error('The benchmark reads CPU time and memory from /proc, so it runs on Linux only.')
  process.exitCode = 1
} else {
  await run(options)
  // A server that is kept for the whole of it ends with this process.
  process.exit()
}

async function run({ only, subjects, repetitions, quick, write }: Options): Promise<void> {
  const ids = scenarios.map(({ id }) => id)
  const unknown = (only ?? []).filter((id) => !ids.includes(id))
  if (unknown.length > 0) throw new Error(`no scenario is called ${unknown[0]}; there are ${ids.join(', ')}`)
  const chosen = scenarios.filter(({ id }) => only === null || only.includes(id))
  const started = new Date()
  const bench = { quick, documents: once(documents) }
  const found = results(await measureAll({ scenarios: chosen, subjects, repetitions }, bench))

  for (const scenario of chosen) console.log(`\n${scenario.title}\n\n${scenarioTable(scenario, found)}`)
  const asked = goals.filter(({ scenario }) => chosen.some(({ id }) => id === scenario))
  console.log(`\nGoals\n\n${goalTable(asked, scenarios, found)}`)
  if (!write) return
  const about = {
    date: started.toISOString().slice(0, 10),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: await machine(),
    documents: (await bench.documents()).source,
    repetitions,
    quick,
  }
  writeFileSync(path.resolve(import.meta.dirname, '../../docs/benchmarks.md'), page(about, scenarios, found))
  console.log('\nwritten: docs/benchmarks.md')
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make()
    return made
  }
}
