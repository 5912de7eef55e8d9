/** Results as Markdown tables, which also read well in a terminal. */
import { type Bound, type Goal, holds, nameOf } from './goal.ts'
import type { Results, Spread } from './results.ts'
import type { Scenario } from './scenario.ts'

export function scenarioTable(scenario: Scenario, results: Results): string {
  const columns = scenario.columns.filter(({ key }) =>
    scenario.subjects.some((subject) => results.spread({ scenario: scenario.id, subject, key }) !== null),
  )
  const rows = scenario.subjects.flatMap((subject) => {
    const spreads = columns.map(({ key }) => results.spread({ scenario: scenario.id, subject, key }))
    const n = Math.max(0, ...spreads.map((spread) => spread?.count ?? 0))
    return n > 0 ? [[nameOf(subject), String(n), ...spreads.map(shownSpread)]] : []
  })
  const failures = scenario.subjects.flatMap((subject) =>
    [...new Set(results.failures(scenario.id, subject))].map((failure) => `${nameOf(subject)}: ${failure}.`),
  )
  return [table(['', 'n', ...columns.map(({ title }) => title)], rows), ...failures].join('\n\n')
}

export function goalTable(goals: readonly Goal[], scenarios: readonly Scenario[], results: Results): string {
  const rows = goals.map((goal) => {
    const spread = goal.measured(results)
    const title = scenarios.find(({ id }) => id === goal.scenario)?.title ?? goal.scenario
    return [
      goal.id,
      title,
      goal.text,
      shownBound(goal.must, goal.unit),
      shownSpread(spread),
      verdict(goal, spread),
    ]
  })
  return table(['', 'Scenario', 'Figure', 'must be', 'is', ''], rows)
}

/** Goals that are not reached or were not measured, in a sentence each. */
export function unmet(
  goals: readonly Goal[],
  scenarios: readonly Scenario[],
  results: Results,
): readonly string[] {
  return goals.flatMap((goal) => {
    const spread = goal.measured(results)
    if (spread !== null && holds(goal.must, spread, goal.judge)) return []
    const title = scenarios.find(({ id }) => id === goal.scenario)?.title ?? goal.scenario
    const is = spread === null ? 'not measured' : `${shownSpread(spread)} ${goal.unit}`.trim()
    return `${goal.id}, ${title}, ${goal.text}: ${is}; must be ${shownBound(goal.must, goal.unit)}.`
  })
}

function verdict({ must, aim, judge, unit }: Goal, spread: Spread | null): string {
  if (spread === null) return 'not measured'
  const first = Number.isFinite(must.value) ? (holds(must, spread, judge) ? 'met' : '**not met**') : ''
  const second =
    aim === null ? '' : `aim ${shownBound(aim, unit)}: ${holds(aim, spread, judge) ? 'met' : 'not met'}`
  return [first, second].filter((part) => part !== '').join('; ')
}

function shownBound({ at, value }: Bound, unit: string): string {
  if (!Number.isFinite(value)) return '–'
  return `${at === 'least' ? '≥' : '≤'} ${value} ${unit}`.trim()
}

function shownSpread(spread: Spread | null): string {
  if (spread === null) return '–'
  const [median, min, max] = [spread.median, spread.min, spread.max].map(shown)
  return min === max ? `${median}` : `${median} [${min}–${max}]`
}

/** Three digits; more would say more than was measured. */
function shown(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(size >= 10 ? 1 : size >= 0.01 ? 2 : 4)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
