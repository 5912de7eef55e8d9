/** What `pnpm bench` takes. */
import { parseArgs } from 'node:util'

export interface Options {
  /** Ids of scenarios; `null`: all. */
  readonly only: readonly string[] | null
  /** Names of subjects; `null`: all. */
  readonly subjects: readonly string[] | null
  readonly repetitions: number
  readonly quick: boolean
  /** Whether docs/benchmarks.md is written. */
  readonly write: boolean
  readonly help: boolean
}

export const usage = `Usage: pnpm bench [options]

  --only 1x50,join      these scenarios, and no others
  --subjects weft,relay these servers and yardsticks, and no others
  --reps 5              repetitions, 3 if not said; in each, all servers take their turn, about 15 minutes for all
  --quick               shorter, to see whether something works; not to be quoted
  --write               write docs/benchmarks.md; a full run does without being asked
  --help                this`

export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: argv.filter((word) => word !== '--'),
    options: {
      only: { type: 'string' },
      subjects: { type: 'string' },
      reps: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const repetitions = Number(values.reps ?? 3)
  if (!Number.isInteger(repetitions) || repetitions < 1)
    throw new Error('--reps takes a whole number from 1 on')
  const only = list(values.only)
  const subjects = list(values.subjects)
  const isFull = only === null && subjects === null && !values.quick
  return {
    only,
    subjects,
    repetitions,
    quick: values.quick,
    write: values.write || isFull,
    help: values.help,
  }
}

function list(text: string | undefined): readonly string[] | null {
  return text?.split(',').map((word) => word.trim()) ?? null
}
