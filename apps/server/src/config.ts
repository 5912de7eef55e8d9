/**
 * Every setting, once: environment variable, flag, default, what it takes, what it does. The README's table and
 * `--help` are printed from here. A setting that is unknown or does not parse is a refusal to start: a server that
 * guesses at a misspelt setting runs with another one than its operator believes.
 */
import { resolve } from 'node:path'
import { type LogLevel, logLevels } from './log.ts'

export interface Config {
  readonly port: number
  readonly host: string
  /** The absolute path of the data folder. */
  readonly data: string
  readonly origins: readonly string[]
  readonly storage: 'sqlite' | 'memory'
  readonly openRooms: boolean
  readonly logLevel: LogLevel
}

export type ConfigOutcome =
  | { readonly type: 'config'; readonly config: Config }
  | { readonly type: 'help'; readonly text: string }
  /** One sentence: which setting, what it got, what it takes. */
  | { readonly type: 'refused'; readonly reason: string }

interface Setting<Value> {
  readonly variable: string
  readonly flag: string
  readonly default: string
  readonly takes: string
  readonly help: string
  /** `undefined`: this is not what it takes. */
  readonly parse: (text: string) => Value | undefined
}

const settings: { readonly [Name in keyof Config]: Setting<Config[Name]> } = {
  port: {
    variable: 'PORT',
    flag: '--port',
    default: '3000',
    takes: 'a number from 0 to 65535',
    help: 'Port for pages, API and sync. 0 takes a free one.',
    parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
  },
  host: {
    variable: 'HOST',
    flag: '--host',
    default: '127.0.0.1',
    takes: 'an IP address or a host name of this machine',
    help: 'Address to listen on. Anything but loopback lets others in: whoever reaches it may read and write.',
    parse: (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
  },
  data: {
    variable: 'WEFT_DATA',
    flag: '--data',
    default: './data',
    takes: 'a path',
    help: 'Folder that holds everything Weft keeps.',
    parse: (text) => (text === '' || text.includes('\0') ? undefined : resolve(text)),
  },
  origins: {
    variable: 'WEFT_ORIGINS',
    flag: '--origins',
    default: '',
    takes: 'origins such as https://weft.example, separated by commas, without a path',
    help: 'Where people reach Weft, when that is behind a proxy or under several names.',
    parse: parseOrigins,
  },
  storage: {
    variable: 'WEFT_STORAGE',
    flag: '--storage',
    default: 'sqlite',
    takes: 'sqlite or memory',
    help: 'Where documents are kept. `memory` forgets them all when it stops.',
    parse: (text) => (['sqlite', 'memory'] as const).find((known) => known === text),
  },
  openRooms: {
    variable: 'WEFT_OPEN_ROOMS',
    flag: '--open-rooms',
    default: '0',
    takes: '0 or 1',
    help: 'Makes a document for any room name that a Yjs client connects to, as the stock y-websocket server does.',
    parse: (text) => (text === '1' ? true : text === '0' ? false : undefined),
  },
  logLevel: {
    variable: 'LOG_LEVEL',
    flag: '--log-level',
    default: 'info',
    takes: logLevels.join(', '),
    help: 'The least serious lines to log.',
    parse: (text) => logLevels.find((known) => known === text),
  },
}

const all = Object.values(settings) as readonly Setting<unknown>[]

/** Flags go before environment variables, those before defaults. An empty variable is one that is not set. */
export function readConfig(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ConfigOutcome {
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('WEFT_') && !all.some((setting) => setting.variable === name),
  )
  if (unknown !== undefined) {
    return refused(`${unknown} is not a setting. Those that begin with WEFT_: ${names('WEFT_')}.`)
  }
  const flags = readFlags(argv)
  if ('type' in flags) return flags
  const given = new Map(
    all.map((setting) => {
      const flag = flags.values.get(setting.flag)
      const variable = environment[setting.variable] || undefined
      return [
        setting,
        {
          text: flag ?? variable ?? setting.default,
          by: flag === undefined ? setting.variable : setting.flag,
        },
      ]
    }),
  )
  const bad: string[] = []
  const read = <Value>(setting: Setting<Value>, otherwise: Value): Value => {
    const { text, by } = given.get(setting) ?? { text: setting.default, by: setting.variable }
    const value = setting.parse(text)
    if (value === undefined) bad.push(`${by} is ${JSON.stringify(text)}; it takes ${setting.takes}.`)
    return value ?? otherwise
  }
  const config: Config = {
    port: read(settings.port, 0),
    host: read(settings.host, ''),
    data: read(settings.data, ''),
    origins: read(settings.origins, []),
    storage: read(settings.storage, 'sqlite'),
    openRooms: read(settings.openRooms, false),
    logLevel: read(settings.logLevel, 'info'),
  }
  return bad.length > 0 ? refused(bad.join('\n')) : { type: 'config', config }
}

/** The settings as a Markdown table, for the README. */
export function settingsTable(): string {
  const rows = all.map(({ variable, flag, default: value, help }) =>
    ['', code(variable), code(flag), value === '' ? '' : code(value), help, ''].join(' | ').trim(),
  )
  return ['| Variable | Flag | Default | What it is |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function readFlags(argv: readonly string[]): { values: ReadonlyMap<string, string> } | ConfigOutcome {
  const values = new Map<string, string>()
  const rest = [...argv]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') return { type: 'help', text: help() }
    const [flag = '', attached] = word.split(/=(.*)/s)
    const setting = all.find((candidate) => candidate.flag === flag)
    if (setting === undefined) return refused(`${word} is not a flag. The flags: ${names('--')}, --help.`)
    const value = attached ?? rest.shift()
    if (value === undefined) return refused(`${flag} lacks its value; it takes ${setting.takes}.`)
    values.set(flag, value)
  }
  return { values }
}

function parseOrigins(text: string): readonly string[] | undefined {
  const origins = text.split(',').flatMap((part) => part.trim() || [])
  const exact = origins.every((origin) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin)
  return exact ? origins : undefined
}

function help(): string {
  const lines = all.flatMap(({ variable, flag, default: value, takes, help }) => [
    `  ${flag} <value>, ${variable}`,
    `      ${help}`,
    `      Takes ${takes}. Default: ${value === '' ? 'none' : value}.`,
  ])
  return [
    'Usage: npm start -- [settings]',
    '',
    'Settings, as a flag or as an environment variable:',
    ...lines,
  ].join('\n')
}

function names(prefix: '--' | 'WEFT_'): string {
  return all
    .map(({ flag, variable }) => (prefix === '--' ? flag : variable))
    .filter((name) => name.startsWith(prefix))
    .join(', ')
}

function refused(reason: string): ConfigOutcome {
  return { type: 'refused', reason }
}

function code(text: string): string {
  return `\`${text}\``
}
