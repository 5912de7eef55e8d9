/** What a scenario is: something that can be measured for one subject at a time, again and again. */
import type { Documents } from './data/documents.ts'

/** What one measurement found, by name. `disturbedPercent`: what other programs took of the cores meanwhile. */
export type Values = Readonly<Record<string, number>>

export interface Column {
  readonly key: string
  readonly title: string
}

export interface Scenario {
  /** As `--only` takes it. */
  readonly id: string
  readonly title: string
  /** One sentence on what was done, below the title. */
  readonly about: string
  /** Servers, mostly; each is measured in turn within every repetition. */
  readonly subjects: readonly string[]
  readonly columns: readonly Column[]
  measure(subject: string, bench: Bench): Promise<Values>
}

export interface Bench {
  /** Shorter, for work on the benchmark or on a server. What it prints is not worth keeping. */
  readonly quick: boolean
  /** Made when first asked for. */
  documents(): Promise<Documents>
}
