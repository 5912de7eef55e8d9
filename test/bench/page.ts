/** docs/benchmarks.md. */
import { goals } from './goals.ts'
import type { Results } from './results.ts'
import type { Scenario } from './scenario.ts'
import { goalTable, scenarioTable, unmet } from './tables.ts'

export interface Run {
  readonly date: string
  readonly commit: string
  readonly machine: readonly string[]
  /** Where the documents come from. */
  readonly documents: string
  readonly repetitions: number
  readonly quick: boolean
}

export function page(run: Run, scenarios: readonly Scenario[], results: Results): string {
  const open = unmet(goals, scenarios, results)
  const sections = [
    '# Benchmarks',
    intro,
    ...(run.quick ? ['**A quick run: it shows that the benchmark works, not how fast anything is.**'] : []),
    '## Goals',
    goalTable(goals, scenarios, results),
    '## Not met',
    open.length === 0 ? 'Nothing.' : list(open),
    '## Machine',
    `${run.date}, commit ${run.commit}, repetitions: ${run.repetitions}, documents from ${run.documents}.`,
    list([...run.machine, `before a measurement other programs used ${busy(results)} of the two cores`]),
    '## Method',
    list(method),
    ...scenarios.flatMap((scenario) => [
      `## ${scenario.title}`,
      `\`--only ${scenario.id}\`. ${scenario.about}`,
      scenarioTable(scenario, results),
    ]),
  ]
  return `${sections.join('\n\n')}\n`
}

const intro = `Written by \`pnpm bench\`; do not edit. Weft runs as everybody runs it: SQLite with \`synchronous=FULL\`, every check on, and
nobody is told of an edit before it is on disk. The others keep documents in memory only and acknowledge nothing.`

const method = [
  'Every number is the median of the repetitions, with the smallest and the largest; ratios are taken inside a repetition.',
  'In each repetition all servers of a scenario run one after the other, each as a fresh process on a core of its own.',
  'The generator is one process on another core. It writes WebSocket frames made beforehand: real Yjs updates of 8 typed characters, and after each a presence message as y-codemirror.next sends it, in frames and writes of their own.',
  'The schedule does not wait for the server. Latency counts from the scheduled time, so a server that stalls pays for it.',
  'Every edit carries a marker in its text, which is looked for in the bytes that arrive, however they are framed or merged.',
  'A delivery is one edit at one other client. What comes twice counts once; what has not come a few seconds after the last edit is lost.',
  'CPU is the time of all threads of the server, presence included, divided by the deliveries of edits.',
  'Memory is RSS. Growth is the highest RSS in the scenario less the one before.',
  'Before each measurement the bench waits for other programs to rest. One that they disturb is repeated, and the least disturbed of three counts, whatever it found.',
  'Where the generator is near 100 % busy, or late, it has measured itself: the server can do more.',
  'Only ratios inside one run mean much: a virtual machine varies by a quarter from hour to hour.',
]

/** In the middle, and at worst. */
function busy({ measurements }: Results): string {
  const percents = measurements
    .flatMap(({ outcome }) => ('values' in outcome ? (outcome.values.busyPercent ?? []) : []))
    .sort((a, b) => a - b)
  const [middle = 0, worst = 0] = [percents[percents.length >> 1], percents.at(-1)]
  return `${Math.round(middle)} % (at worst ${Math.round(worst)} %)`
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `* ${line}`).join('\n')
}
