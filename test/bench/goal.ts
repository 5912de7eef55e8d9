/** A figure that Weft has to reach, and how it is judged. */
import type { Figure, Results, Spread } from './results.ts'

export interface Goal {
  /** The number of the goal, B0 to B17; several rows may belong to one. */
  readonly id: string
  readonly scenario: string
  readonly text: string
  readonly unit: string
  readonly must: Bound
  readonly aim: Bound | null
  /** `null`: not measured. */
  readonly measured: (results: Results) => Spread | null
  /** The median decides, or one bad repetition does. */
  readonly judge: 'median' | 'worst'
}

export interface Bound {
  readonly at: 'least' | 'most'
  readonly value: number
}

export const least = (value: number): Bound => ({ at: 'least', value })
export const most = (value: number): Bound => ({ at: 'most', value })

export function holds({ at, value }: Bound, { median, min, max }: Spread, judge: Goal['judge']): boolean {
  if (at === 'least') return (judge === 'worst' ? min : median) >= value
  return (judge === 'worst' ? max : median) <= value
}

/** What the goals of one scenario have in common. */
export function goalsOf(id: string, scenario: string) {
  const figure = (key: string, subject: string): Figure => ({ scenario, subject, key })
  const make = (
    text: string,
    unit: string,
    must: Bound,
    aim: Bound | null,
    measured: Goal['measured'],
  ): Goal => ({
    ...{ id, scenario, text, unit, must, aim, measured, judge: 'median' },
  })
  return {
    /** A figure of one subject as it is. */
    plain: (
      text: string,
      unit: string,
      key: string,
      must: Bound,
      aim: Bound | null = null,
      subject = 'weft',
    ) => make(text, unit, must, aim, (results) => results.spread(figure(key, subject))),
    /** Nothing of it, in no repetition. */
    never: (text: string, key: string, subject = 'weft'): Goal => ({
      ...make(text, '', most(0), null, (results) => results.spread(figure(key, subject))),
      judge: 'worst',
    }),
    /** One subject's figure divided by another's, in every repetition. */
    ratio: (
      what: string,
      key: string,
      [above, below]: readonly [above: string, below: string],
      must: Bound,
      aim: Bound | null = null,
    ) =>
      make(`${what}: ${nameOf(above)} ÷ ${nameOf(below)}`, '×', must, aim, (results) =>
        results.compare(
          { above: figure(key, above), below: figure(key, below) },
          ({ above, below }) => above / below,
        ),
      ),
    /** Anything else that is made of this scenario's figures. */
    made: <Names extends string>(
      text: string,
      unit: string,
      figures: Readonly<Record<Names, readonly [subject: string, key: string]>>,
      compare: (values: Readonly<Record<Names, number>>) => number,
      must: Bound,
      aim: Bound | null = null,
    ) => {
      const named = Object.entries<readonly [string, string]>(figures).map(
        ([name, [subject, key]]) => [name, figure(key, subject)] as const,
      )
      return make(text, unit, must, aim, (results) =>
        results.compare(Object.fromEntries(named) as Record<Names, Figure>, compare),
      )
    },
  }
}

const names: Readonly<Record<string, string>> = { hocuspocus: 'Hocuspocus', relay: 'raw relay' }

export function nameOf(subject: string): string {
  return names[subject] ?? subject.replace(/^weft/, 'Weft')
}
