/** What the middleware in app.ts has found out before a handler runs, and what all handlers work with. */
import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Actor } from '@weft/protocol'
import type { Rooms, Timers, UpdateLog } from '@weft/sync'
import type { Context } from 'hono'
import type { Access } from '../access.ts'
import type { ContentWriter, Repeat } from '../content-writer.ts'
import type { DocumentReader } from '../document-reader.ts'
import type { DocumentWorker } from '../documents-in-worker.ts'
import type { News } from '../following/news.ts'
import type { Attendance } from '../following/people.ts'
import type { Streams } from '../following/streams.ts'
import type { Guests } from '../identity.ts'
import type { Imports } from '../import/imports.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Openings } from '../openings.ts'
import type { Rates } from '../rates.ts'
import type { SearchIndex } from '../search/search.ts'
import type { Storage } from '../storage/storage.ts'
import type { AllowedHosts } from '../webhooks/address-guard.ts'
import type { Dispatcher } from '../webhooks/dispatcher.ts'

export interface HttpEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    actor: Actor
    /** Whom the request counts for: see addresses.ts. */
    address: string
    /** Where people reach this server: the start of every link in an answer. */
    origin: string
    /** See repeatable.ts. */
    repeat?: Repeat
  }
}

export type HttpContext = Context<HttpEnv>

export interface HttpDeps {
  readonly storage: Storage
  /** Those of the storage, with an eye on damage. */
  readonly updates: UpdateLog
  readonly rooms: Rooms
  readonly access: Access
  readonly guests: Guests
  readonly worker: DocumentWorker
  readonly reader: DocumentReader
  readonly writer: ContentWriter
  readonly openings: Openings
  readonly search: {
    readonly index: Pick<SearchIndex, 'search'>
    /** All documents are in it. */
    readonly isComplete: boolean
  }
  readonly timers: Timers
  readonly log: Logger
  readonly metrics: Metrics
  readonly addressOf: (request: IncomingMessage) => string
  readonly rates: Rates
  readonly news: News
  readonly people: Attendance
  readonly streams: Streams
  /** What webhooks may reach besides public addresses. */
  readonly allowedHosts: AllowedHosts
  readonly dispatcher: Pick<Dispatcher, 'wake'>
  /** Bytes. */
  readonly largestUpdate: number
  /** The longest text of a document, in UTF-16 units. */
  readonly textLength: number
  /** Of one attachment. */
  readonly attachmentBytes: number
  readonly imports: Imports
  /** Of one file or archive. */
  readonly importBytes: number
  /** Where the built web app is; it may be missing. */
  readonly webFolder: string
  readonly isDraining: () => boolean
}
