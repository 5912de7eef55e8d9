/** Every text that the editor itself shows or speaks. */
export const words = {
  line: (line: number) => `line ${line}`,
  more: (people: number) => `${people} more`,
  joined: (names: readonly string[]) => `${list(names)} joined.`,
  left: (names: readonly string[]) => `${list(names)} left.`,
  changed: (names: readonly string[], lines: number, where: Where) =>
    `${list(names)} changed ${lines === 1 ? '1 line' : `${lines} lines`}${wheres[where]}.`,
  tab: 'Tab indents. Press Escape, then Tab, to leave the text.',
  offline: 'No connection. Keep writing; your edits will be sent when it returns.',
  restarting: 'The server is restarting. Keep writing; nothing is lost.',
  online: 'Connected again.',
  waiting: 'The text is on its way. You can write when it is here.',
  waitingForRestart: 'The server is restarting. The text comes when it is back.',
  absent: 'No connection, and the text is not on this device. It comes when the connection returns.',
  someone: 'Someone',
  /** CodeMirror's own texts, by its names for them. */
  phrases: {
    next: 'Next',
    previous: 'Previous',
    all: 'All',
    'match case': 'Match case',
    regexp: 'Regular expression',
    'by word': 'Whole words',
    replace: 'Replace',
    'replace all': 'Replace all',
    close: 'Close',
  },
} as const

export type Where = 'above' | 'below' | 'here'

const wheres: Record<Where, string> = { above: ' above you', below: ' below you', here: ' where you are' }

/** “Ann”, “Ann and Tomás”, “Ann, Tomás and 3 others”. */
function list(names: readonly string[]): string {
  const [first = words.someone, second, ...others] = names
  if (second === undefined) return first
  if (others.length === 0) return `${first} and ${second}`
  return `${first}, ${second} and ${others.length === 1 ? '1 other' : `${others.length} others`}`
}
