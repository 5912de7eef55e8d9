/**
 * What the operator reads: one JSON object per line. Never a query string, a cookie, a document's text or title, or
 * a person's name: a log outlives the access that people gave.
 */
import type { Reporter } from '@weft/sync'
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** A second net below the rule above: these keys are blanked wherever they appear in a line's first two levels. */
const secrets = [
  'cookie',
  'set-cookie',
  'authorization',
  'token',
  'ticket',
  'key',
  'text',
  'content',
  'query',
]

/**
 * Lines go to standard error, so that standard output holds what a person is meant to read; and not at once, so
 * that a slow reader of them slows nobody. What is left is written when the process exits.
 */
export function openLog(
  level: LogLevel,
  to: DestinationStream = destination({ dest: 2, sync: false }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`]), censor: '[secret]' },
    },
    to,
  )
}

/** The rooms' voice. */
export function reporterTo(log: Logger): Reporter {
  return { warn: (event, facts) => log.warn(facts, event) }
}
