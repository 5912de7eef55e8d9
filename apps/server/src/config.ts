/**
 * The settings of this start, from flags and the environment. A setting that is unknown or does not parse is a
 * refusal to start: a server that guesses at a misspelt setting runs with another one than its operator believes.
 * The README's table and `--help` are printed from here.
 */
import { BlockList } from 'node:net'
import { type Config, type Setting, settings } from './settings.ts'
import { nothingAllowed } from './webhooks/address-guard.ts'

export type { Config } from './settings.ts'

export type ConfigOutcome =
  | { readonly type: 'config'; readonly config: Config }
  | { readonly type: 'help'; readonly text: string }
  /** One sentence: which setting, what it got, what it takes. */
  | { readonly type: 'refused'; readonly reason: string }

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
    trustedProxies: read(settings.trustedProxies, new BlockList()),
    storage: read(settings.storage, 'sqlite'),
    openRooms: read(settings.openRooms, false),
    webhookAllow: read(settings.webhookAllow, nothingAllowed),
    connections: read(settings.connections, 0),
    connectionsPerAddress: read(settings.connectionsPerAddress, 0),
    connectionsPerActor: read(settings.connectionsPerActor, 0),
    connectionsPerDocument: read(settings.connectionsPerDocument, 0),
    writesPerMinute: read(settings.writesPerMinute, 0),
    createsPerHour: read(settings.createsPerHour, 0),
    textLength: read(settings.textLength, 0),
    stateBytes: read(settings.stateBytes, 0),
    roomBytes: read(settings.roomBytes, 0),
    trashDays: read(settings.trashDays, 0),
    maxDocuments: read(settings.maxDocuments, 0),
    maxDocumentsPerActor: read(settings.maxDocumentsPerActor, 0),
    maxBytes: read(settings.maxBytes, 0),
    attachmentBytes: read(settings.attachmentBytes, 0),
    importBytes: read(settings.importBytes, 0),
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

function help(): string {
  const lines = all.flatMap(({ variable, flag, default: value, takes, help }) => [
    `  ${flag} <value>, ${variable}`,
    `      ${help}`,
    `      Takes ${takes}. Default: ${value === '' ? 'none' : value}.`,
  ])
  return [
    'Usage: npm start -- [settings]',
    '       npm start -- inspect <document> [--salvage <file>] [settings]',
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
