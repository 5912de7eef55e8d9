/** Runs scenarios, every subject in turn within every repetition, and keeps each measurement at once. */
import { appendFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder } from './peers.ts'
import { leastDisturbed, waitForQuiet } from './quiet.ts'
import type { Measurement } from './results.ts'
import type { Bench, Scenario } from './scenario.ts'

export interface Plan {
  readonly scenarios: readonly Scenario[]
  /** `null`: all that a scenario has. */
  readonly subjects: readonly string[] | null
  readonly repetitions: number
}

export async function measureAll(plan: Plan, bench: Bench): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  const record = recorder()
  for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
    for (const scenario of plan.scenarios) {
      for (const subject of scenario.subjects) {
        if (plan.subjects !== null && !plan.subjects.includes(subject)) continue
        const outcome = await measured(scenario, subject, bench)
        const measurement = { scenario: scenario.id, subject, repetition, outcome }
        measurements.push(measurement)
        record(measurement)
        console.log(`${repetition}/${plan.repetitions} ${progress(scenario, measurement)}`)
      }
    }
  }
  return measurements
}

async function measured(scenario: Scenario, subject: string, bench: Bench): Promise<Measurement['outcome']> {
  const measure = () => scenario.measure(subject, bench)
  try {
    const busyPercent = await waitForQuiet(bench.quick ? 5_000 : 60_000)
    const values = await (bench.quick ? measure() : leastDisturbed(measure))
    return { values: { ...values, busyPercent } }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

/** So that a long run that is cut off has not been for nothing. */
function recorder(): (measurement: Measurement) => void {
  const folder = cacheFolder('results')
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${new Date().toISOString().replaceAll(':', '-')}.jsonl`)
  return (measurement) => appendFileSync(file, `${JSON.stringify(measurement)}\n`)
}

function progress({ columns }: Scenario, { scenario, subject, outcome }: Measurement): string {
  const place = `${scenario.padEnd(16)} ${subject.padEnd(32)}`
  if ('failure' in outcome) return `${place} failed: ${outcome.failure}`
  const figures = columns.flatMap(({ key, title }) => {
    const value = outcome.values[key]
    return value === undefined ? [] : `${title} ${value.toPrecision(3)}`
  })
  return `${place} ${figures.slice(0, 5).join(', ')}`
}
