/** What was measured: medians over repetitions, and ratios taken inside each repetition. */
import type { Values } from './scenario.ts'

export interface Measurement {
  readonly scenario: string
  readonly subject: string
  readonly repetition: number
  readonly outcome: { readonly values: Values } | { readonly failure: string }
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly count: number
}

/** Names one number: of this subject, in this scenario. */
export interface Figure {
  readonly scenario: string
  readonly subject: string
  readonly key: string
}

export interface Results {
  readonly measurements: readonly Measurement[]
  /** `null`: not measured. */
  spread(figure: Figure): Spread | null
  /** The median of `compare`, taken in every repetition that has all these figures. */
  compare<Names extends string>(
    figures: Readonly<Record<Names, Figure>>,
    compare: (values: Readonly<Record<Names, number>>) => number,
  ): Spread | null
  failures(scenario: string, subject: string): readonly string[]
}

export function results(measurements: readonly Measurement[]): Results {
  const valueIn = ({ scenario, subject, key }: Figure, repetition: number): number | undefined => {
    const found = measurements.find(
      (one) => one.scenario === scenario && one.subject === subject && one.repetition === repetition,
    )
    return found !== undefined && 'values' in found.outcome ? found.outcome.values[key] : undefined
  }
  const repetitions = [...new Set(measurements.map(({ repetition }) => repetition))]

  return {
    measurements,
    spread: (figure) => spreadOf(repetitions.flatMap((repetition) => valueIn(figure, repetition) ?? [])),
    compare: (figures, compare) => {
      const names = Object.keys(figures) as (keyof typeof figures)[]
      return spreadOf(
        repetitions.flatMap((repetition) => {
          const values = names.map((name) => [name, valueIn(figures[name], repetition)] as const)
          if (values.some(([, value]) => value === undefined)) return []
          return compare(Object.fromEntries(values) as Record<keyof typeof figures, number>)
        }),
      )
    },
    failures: (scenario, subject) =>
      measurements.flatMap((one) =>
        one.scenario === scenario && one.subject === subject && 'failure' in one.outcome
          ? one.outcome.failure
          : [],
      ),
  }
}

function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? max
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? min) + upper) / 2
  return { median, min, max, count: sorted.length }
}
