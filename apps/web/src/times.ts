/** Times as written locally, and the groups of the documents list. */
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const weekdayAndClock = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: 'numeric',
  minute: '2-digit',
})
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
const exact = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const month = new Intl.DateTimeFormat(undefined, { month: 'long' })
const monthAndYear = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' })

const minuteMs = 60_000

/** “2 min ago” up to one hour, then the shortest form that is still clear. */
export function shortTime(at: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / minuteMs)
  if (minutes < 1) return 'Just now'
  if (minutes < 60) return `${minutes} min ago`
  const days = daysBetween(at, now)
  if (days === 0) return clock.format(at)
  if (days < 7) return weekdayAndClock.format(at)
  return (at.getFullYear() === now.getFullYear() ? day : dayAndYear).format(at)
}

export function fullTime(at: Date): string {
  return full.format(at)
}

/** With seconds: for saving, where they matter. */
export function exactTime(at: Date): string {
  return exact.format(at)
}

export function clockTime(at: Date): string {
  return clock.format(at)
}

/** Today, Yesterday, Earlier this week, then by month. */
export function groupName(at: Date, now: Date): string {
  const days = daysBetween(at, now)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days <= daysSinceMonday(now)) return 'Earlier this week'
  if (at.getFullYear() !== now.getFullYear()) return monthAndYear.format(at)
  return at.getMonth() === now.getMonth() ? `Earlier in ${month.format(at)}` : month.format(at)
}

function daysBetween(at: Date, now: Date): number {
  return Math.round((midnight(now) - midnight(at)) / (24 * 60 * minuteMs))
}

function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
}

function daysSinceMonday(now: Date): number {
  return (now.getDay() + 6) % 7
}
