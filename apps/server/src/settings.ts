/** Every setting, once: environment variable, flag, default, what it takes, what it does. */
import { type BlockList, isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseNetworks } from './addresses.ts'
import { type Bounds, defaultBounds } from './bounds.ts'
import { type LogLevel, logLevels } from './log.ts'
import type { AllowedHosts } from './webhooks/address-guard.ts'

export interface Config extends Bounds {
  readonly port: number
  readonly host: string
  /** The absolute path of the data folder. */
  readonly data: string
  readonly origins: readonly string[]
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: BlockList
  readonly storage: 'sqlite' | 'memory'
  readonly openRooms: boolean
  /** What webhooks may reach besides public addresses. */
  readonly webhookAllow: AllowedHosts
  /** What the storage takes in all; 0: as much as there is room for. */
  readonly maxDocuments: number
  readonly maxDocumentsPerActor: number
  readonly maxBytes: number
  readonly logLevel: LogLevel
}

export interface Setting<Value> {
  readonly variable: string
  readonly flag: string
  readonly default: string
  readonly takes: string
  readonly help: string
  /** `undefined`: this is not what it takes. */
  readonly parse: (text: string) => Value | undefined
}

export const settings: { readonly [Name in keyof Config]: Setting<Config[Name]> } = {
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
  trustedProxies: {
    variable: 'WEFT_TRUSTED_PROXIES',
    flag: '--trusted-proxies',
    default: '',
    takes: 'addresses or networks such as 127.0.0.1 or 10.0.0.0/8, separated by commas',
    help: 'Proxies whose `X-Forwarded-For` is believed. Without it, limits count a proxy’s people as one address.',
    parse: (text) => parseNetworks(listed(text)) ?? undefined,
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
  webhookAllow: {
    variable: 'WEFT_WEBHOOK_ALLOW',
    flag: '--webhook-allow',
    default: '',
    takes: 'host names, addresses or networks such as hooks.internal or 10.1.2.0/24, separated by commas',
    help: 'What webhooks may reach although its address is private. Without it they reach public addresses only.',
    parse: parseAllowed,
  },
  connections: {
    variable: 'WEFT_CONNECTIONS',
    flag: '--connections',
    default: String(defaultBounds.connections),
    takes: 'a number from 1 on',
    help: 'WebSocket connections in all. Each takes a file descriptor and about 14 KiB.',
    parse: positive,
  },
  connectionsPerAddress: {
    variable: 'WEFT_CONNECTIONS_PER_ADDRESS',
    flag: '--connections-per-address',
    default: String(defaultBounds.connectionsPerAddress),
    takes: 'a number from 1 on',
    help: 'WebSocket connections of one address; an IPv6 /64 is one, loopback is not counted.',
    parse: positive,
  },
  connectionsPerActor: {
    variable: 'WEFT_CONNECTIONS_PER_ACTOR',
    flag: '--connections-per-actor',
    default: String(defaultBounds.connectionsPerActor),
    takes: 'a number from 1 on',
    help: 'WebSocket connections of one person, whatever the address. Those without a cookie are not counted.',
    parse: positive,
  },
  connectionsPerDocument: {
    variable: 'WEFT_CONNECTIONS_PER_DOCUMENT',
    flag: '--connections-per-document',
    default: String(defaultBounds.connectionsPerDocument),
    takes: 'a number from 1 on',
    help: 'WebSocket connections to one document.',
    parse: positive,
  },
  writesPerMinute: {
    variable: 'WEFT_WRITES_PER_MINUTE',
    flag: '--writes-per-minute',
    default: String(defaultBounds.writesPerMinute),
    takes: 'a number; 0 is no limit',
    help: 'Changes of one person over REST; of one address five times as many. Loopback is not counted.',
    parse: count,
  },
  createsPerHour: {
    variable: 'WEFT_CREATES_PER_HOUR',
    flag: '--creates-per-hour',
    default: String(defaultBounds.createsPerHour),
    takes: 'a number; 0 is no limit',
    help: 'Documents that one person makes; one address five times as many. Loopback is not counted.',
    parse: count,
  },
  textLength: {
    variable: 'WEFT_MAX_TEXT',
    flag: '--max-text',
    default: String(defaultBounds.textLength),
    takes: 'a number of UTF-16 units from 1 on',
    help: 'Longest text of a document. At it the document is read-only until some of it is deleted.',
    parse: positive,
  },
  stateBytes: {
    variable: 'WEFT_MAX_STATE',
    flag: '--max-state',
    default: '16MiB',
    takes: 'a size such as 500KiB, 16MiB or 2GiB',
    help: 'Largest document with what Yjs keeps about it. At it the document is read-only.',
    parse: size,
  },
  roomBytes: {
    variable: 'WEFT_ROOM_MEMORY',
    flag: '--room-memory',
    default: '512MiB',
    takes: 'a size such as 500KiB, 16MiB or 2GiB',
    help: 'Memory for all open documents. Above it idle ones leave at once, then new ones are refused.',
    parse: size,
  },
  trashDays: {
    variable: 'WEFT_TRASH_DAYS',
    flag: '--trash-days',
    default: String(defaultBounds.trashDays),
    takes: 'a number of days; 0 is for ever',
    help: 'How long documents are in the trash before they are deleted for good.',
    parse: count,
  },
  maxDocuments: {
    variable: 'WEFT_MAX_DOCUMENTS',
    flag: '--max-documents',
    default: '0',
    takes: 'a number; 0 is no limit',
    help: 'Documents in all, the trash included. No more are made then.',
    parse: count,
  },
  maxDocumentsPerActor: {
    variable: 'WEFT_MAX_DOCUMENTS_PER_ACTOR',
    flag: '--max-documents-per-actor',
    default: '0',
    takes: 'a number; 0 is no limit',
    help: 'Documents that one person has made, the trash included. Those without a cookie are one person.',
    parse: count,
  },
  maxBytes: {
    variable: 'WEFT_MAX_BYTES',
    flag: '--max-bytes',
    default: '0',
    takes: '0 for no limit, or a size such as 500MiB or 20GiB',
    help: 'What is stored in all. At it no more documents are made; those there are can be written on.',
    parse: (text) => (text === '0' ? 0 : size(text)),
  },
  attachmentBytes: {
    variable: 'WEFT_MAX_ATTACHMENT',
    flag: '--max-attachment',
    default: '10MiB',
    takes: 'a size such as 500KiB, 16MiB or 2GiB',
    help: 'Largest file that may be kept with a document.',
    parse: size,
  },
  importBytes: {
    variable: 'WEFT_MAX_IMPORT',
    flag: '--max-import',
    default: '512MiB',
    takes: 'a size such as 500KiB, 16MiB or 2GiB',
    help: 'Largest file or archive that may be imported at once.',
    parse: size,
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

function parseOrigins(text: string): readonly string[] | undefined {
  const origins = listed(text)
  const exact = origins.every((origin) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin)
  return exact ? origins : undefined
}

function parseAllowed(text: string): AllowedHosts | undefined {
  const items = listed(text)
  const isNetwork = (item: string) => isIP(item.split('/')[0] ?? '') !== 0
  const names = items.filter((item) => !isNetwork(item)).map((name) => name.toLowerCase())
  const networks = parseNetworks(items.filter(isNetwork))
  const areNames = names.every((name) => /^[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_-]+)*$/.test(name))
  return networks === null || !areNames ? undefined : { names: new Set(names), networks }
}

function listed(text: string): readonly string[] {
  return text.split(',').flatMap((part) => part.trim() || [])
}

function count(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function positive(text: string): number | undefined {
  return count(text) || undefined
}

const units = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const

function size(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,5})([KMG]iB)$/.exec(text) ?? []
  const found = Object.entries(units).find(([name]) => name === unit)
  return found === undefined ? undefined : Number(digits) * found[1]
}
