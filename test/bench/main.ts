/**
 * `pnpm bench`: Weft beside y-websocket-server, Hocuspocus and a relay that does nothing else. How it measures is in
 * docs/decisions/0006-benchmark-method.md, what it found in docs/benchmarks.md.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { documents } from './data/documents.ts'
import { goals } from './goals.ts'
import { load, machine, quietLoad } from './machine.ts'
import { type Options, readOptions, usage } from './options.ts'
import { page } from './page.ts'
import { cacheFolder } from './peers.ts'
import { type Measurement, results } from './results.ts'
import type { Bench, Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { goalTable, scenarioTable } from './tables.ts'

const options = readOptions(process.argv.slice(2))
if (options.help) console.log(usage)
else if (process.platform !== 'linux') {
  console.error('The benchmark reads CPU time and memory from /proc, so it runs on Linux only.')
  process.exitCode = 1
} else await run(options)

async function run({ only, subjects, repetitions, quick, write }: Options): Promise<void> {
  const chosen = scenarios.filter(({ id }) => only === null || only.includes(id))
  const unknown = (only ?? []).filter((id) => !scenarios.some((scenario) => scenario.id === id))
  if (unknown.length > 0) {
    throw new Error(
      `no scenario is called ${unknown.join(', ')}; there are ${scenarios.map(({ id }) => id).join(', ')}`,
    )
  }
  const loadBefore = load()
  if (loadBefore > quietLoad) {
    console.log(`The machine is busy (load ${loadBefore.toFixed(1)}): do not trust what follows.\n`)
  }
  const bench: Bench = { quick, documents: once(documents) }
  const date = new Date().toISOString()
  const measurements: Measurement[] = []
  const record = recorder(date)
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const scenario of chosen) {
      for (const subject of scenario.subjects) {
        if (subjects !== null && !subjects.includes(subject)) continue
        const measurement = await measured(scenario, subject, repetition, bench)
        measurements.push(measurement)
        record(measurement)
        console.log(progress(measurement, repetitions))
      }
    }
  }

  const found = results(measurements)
  for (const scenario of chosen) console.log(`\n${scenario.title}\n\n${scenarioTable(scenario, found)}`)
  const asked = goals.filter(({ scenario }) => chosen.some(({ id }) => id === scenario))
  console.log(`\nGoals\n\n${goalTable(asked, scenarios, found)}`)
  if (!write) return
  const about = {
    ...{
      date: date.slice(0, 10),
      commit: commit(),
      machine: await machine(),
      loadBefore,
      repetitions,
      quick,
    },
    documents: (await bench.documents()).source,
  }
  const file = path.resolve(import.meta.dirname, '../../docs/benchmarks.md')
  writeFileSync(file, page(about, chosen, found))
  console.log('\nwritten: docs/benchmarks.md')
}

async function measured(
  scenario: Scenario,
  subject: string,
  repetition: number,
  bench: Bench,
): Promise<Measurement> {
  const about = { scenario: scenario.id, subject, repetition }
  try {
    return { ...about, outcome: { values: await scenario.measure(subject, bench) } }
  } catch (error) {
    return { ...about, outcome: { failure: error instanceof Error ? error.message : String(error) } }
  }
}

/** Every measurement is kept at once, so that a long run that is cut off has not been for nothing. */
function recorder(date: string): (measurement: Measurement) => void {
  const folder = cacheFolder('results')
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${date.replaceAll(':', '-')}.jsonl`)
  return (measurement) => appendFileSync(file, `${JSON.stringify(measurement)}\n`)
}

function progress({ scenario, subject, repetition, outcome }: Measurement, repetitions: number): string {
  const place = `${repetition}/${repetitions} ${scenario.padEnd(16)} ${subject.padEnd(34)}`
  if ('failure' in outcome) return `${place} failed: ${outcome.failure}`
  const columns = scenarios.find(({ id }) => id === scenario)?.columns ?? []
  const figures = columns.flatMap(({ key, title }) => {
    const value = outcome.values[key]
    return value === undefined ? [] : `${title} ${value.toPrecision(3)}`
  })
  return `${place} ${figures.slice(0, 5).join(', ')}`
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make()
    return made
  }
}
