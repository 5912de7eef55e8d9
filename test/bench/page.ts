/** docs/benchmarks.md. */
import { goals } from './goals.ts'
import type { Results } from './results.ts'
import type { Scenario } from './scenario.ts'
import { goalTable, scenarioTable, unmet } from './tables.ts'

export interface Run {
  readonly date: string
  readonly commit: string
  readonly machine: readonly string[]
  readonly loadBefore: number
  readonly repetitions: number
  readonly quick: boolean
  /** Where the documents come from. */
  readonly documents: string
}

export function page(run: Run, scenarios: readonly Scenario[], results: Results): string {
  const open = unmet(goals, scenarios, results)
  return [
    '# Benchmarks',
    '',
    'Written by `pnpm bench`; do not edit. Weft runs as everybody runs it: SQLite with `synchronous=FULL`, every check on, and',
    'nobody told of an edit before it is on disk. The others keep documents in memory only and acknowledge nothing.',
    '',
    ...(run.quick
      ? ['**A quick run: its figures show that the benchmark works, not how fast anything is.**', '']
      : []),
    '## Goals',
    '',
    goalTable(goals, scenarios, results),
    '',
    '## Not met',
    '',
    ...(open.length === 0 ? ['Nothing.'] : open.map((line) => `* ${line}`)),
    '',
    '## Machine',
    '',
    `${run.date}, commit ${run.commit}, ${run.repetitions} repetitions, load before ${run.loadBefore.toFixed(2)}, documents from ${run.documents}.`,
    '',
    ...run.machine.map((line) => `* ${line}`),
    '',
    '## Method',
    '',
    ...method,
    '',
    ...scenarios.flatMap((scenario) => [
      `## ${scenario.title}`,
      '',
      `\`--only ${scenario.id}\`. ${scenario.about}`,
      '',
      scenarioTable(scenario, results),
      '',
    ]),
  ].join('\n')
}

const method = [
  '* Every number is the median of the repetitions, with the smallest and the largest; ratios are taken inside a repetition.',
  '* In each repetition all servers of a scenario run one after the other, each as a fresh process on a core of its own.',
  '* The generator is one process on another core. It writes WebSocket frames made beforehand: real Yjs updates of 8 typed',
  '  characters, and after each a presence message as y-codemirror.next sends it, in frames and writes of their own.',
  '* The schedule does not wait for the server. Latency counts from the scheduled time, so a server that stalls pays for it.',
  '* Every edit carries a marker in its text. It is looked for in the bytes that arrive, however they are framed or merged.',
  '* A delivery is one edit at one other client. What comes twice counts once; what does not come is lost.',
  '* CPU is the time of all threads of the server, presence included, divided by the deliveries of edits.',
  '* Memory is RSS. Growth is the highest RSS in the scenario less the one before.',
  '* A generator near 100 % busy, or late, has measured itself; the figures of that row are then a lower bound for the server.',
  '* Only ratios inside one run mean much: a virtual machine varies by a quarter from hour to hour.',
]
