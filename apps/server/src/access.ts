/**
 * One place decides who is asking and what they may do, for HTTP and for WebSockets.
 *
 * So far everybody is a guest, and a guest is an editor of every document: whoever reaches the server may read and
 * write. Accounts, roles and share links come in by {@link Access.roleOf} alone.
 */
import type { Actor, Role } from '@weft/protocol'
import type { Guests } from './identity.ts'
import type { DocumentRecord } from './storage/storage.ts'

/** What a request says of itself, over HTTP or at a WebSocket upgrade. */
export interface Asker {
  readonly host: string | undefined
  /** Browsers send it with every WebSocket and every change; programs do not. */
  readonly origin: string | undefined
  readonly cookie: string | undefined
  /** A GET or HEAD: browsers leave the origin out of those to their own site. */
  readonly plainRead?: boolean
}

export interface Access {
  /** Refuses foreign hosts and origins, else says who it is. A cookie counts for nothing without its origin where browsers send one. */
  admit(asker: Asker): Admission
  /** `null`: as if the document were not there. */
  roleOf(actor: Actor, document: DocumentRecord): Role | null
  /** What is of the whole server, such as webhooks for all documents. */
  mayManage(actor: Actor): boolean
  /** What is not of one document: may they see and change folders, and see which tags there are? */
  mayOrganise(actor: Actor): boolean
}

export type Admission =
  /** `origin`: where people reach this server, for the links that an answer holds. */
  { readonly actor: Actor; readonly origin: string } | { readonly refused: 'foreign-origin' | 'wrong-host' }

export interface Whereabouts {
  /** The address the server is bound to. */
  readonly host: string
  readonly port: number
  /** Origins that people use, when a proxy gives the server other names. */
  readonly origins: readonly string[]
}

/** Everyone without a guest's cookie: programs, mostly. */
export const anonymous: Actor = { id: 'guest:anonymous', kind: 'guest', name: null, dye: null }

export function createAccess(at: Whereabouts, guests: Guests): Access {
  const places = knownPlaces(at)
  return {
    admit(asker) {
      const host = readHost(asker.host)
      if (host === null || (places !== null && !places.hosts.has(host))) return { refused: 'wrong-host' }
      if (asker.origin !== undefined) {
        const accepted =
          places === null ? asker.origin === `http://${host}` : places.origins.has(asker.origin)
        if (!accepted) return { refused: 'foreign-origin' }
      }
      const vouched = asker.origin !== undefined || asker.plainRead === true
      return {
        actor: (vouched ? guests.read(asker.cookie) : null) ?? anonymous,
        origin: asker.origin ?? publicOrigin(at, host),
      }
    },
    roleOf: () => 'editor',
    mayManage: () => true,
    mayOrganise: () => true,
  }
}

/** Only this machine reaches an address that this is true of. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

interface Places {
  readonly origins: ReadonlySet<string>
  readonly hosts: ReadonlySet<string>
}

/**
 * The exact origins and hosts that are this server, or `null` where its names cannot be known: bound to a network
 * without a word about names. There an origin must be the host that the request itself was sent to.
 *
 * On loopback the list is what keeps a page elsewhere from reading documents by letting its own name resolve to
 * 127.0.0.1.
 */
function knownPlaces(at: Whereabouts): Places | null {
  if (!isLoopback(at.host) && at.origins.length === 0) return null
  const local = ['localhost', '127.0.0.1', '[::1]', ...(isLoopback(at.host) ? [inUrl(at.host)] : [])]
  const urls = [...at.origins, ...local.map((name) => `http://${name}:${at.port}`)].map(
    (text) => new URL(text),
  )
  return {
    origins: new Set(urls.map((url) => url.origin)),
    hosts: new Set(urls.flatMap((url) => [url.host, withPort(url)])),
  }
}

/** Some proxies name the port of https although it is the usual one. */
function withPort(url: URL): string {
  return url.port === '' && url.protocol === 'https:' ? `${url.hostname}:443` : url.host
}

function publicOrigin(at: Whereabouts, host: string): string {
  const named = at.origins.map((text) => new URL(text))
  const same = named.find((url) => url.host === host || withPort(url) === host)
  return (same ?? named[0])?.origin ?? `http://${host}`
}

/** The host in one spelling, or `null` for what is no host: nothing else may reach a header or a link. */
function readHost(header: string | undefined): string | null {
  if (header === undefined || !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(header)) return null
  return URL.parse(`http://${header}`)?.host ?? null
}

/** An IPv6 address stands in brackets in a URL. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
