/**
 * Where this server may be made to send something: to public addresses, and to what its operator named. Whoever may
 * name a URL would otherwise reach what only this machine and its network can: databases, other people's machines, the
 * passwords that clouds hand out at 169.254.169.254.
 *
 * Rule: a name is looked up once, all of its addresses are checked, and the connection goes to one of exactly these. A
 * name that means another address at the next look-up gains nothing by it.
 */
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What the operator lets webhooks reach besides public addresses. */
export interface AllowedHosts {
  /** In lower case. Whatever address they have. */
  readonly names: ReadonlySet<string>
  readonly networks: BlockList
}

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

/** Nothing is sent there; the message says why, to whoever named it. */
export class AddressRefused extends Error {
  override name = 'AddressRefused'
}

export const nothingAllowed: AllowedHosts = { names: new Set(), networks: new BlockList() }

export const systemResolve: Resolve = (host) => lookup(host, { all: true, order: 'verbatim' })

/** Throws {@link AddressRefused} for a URL that nothing is ever sent to, whatever its host's addresses are. */
export function parseTarget(text: string, allowed: AllowedHosts): URL {
  const url = URL.parse(text)
  if (url === null) throw new AddressRefused('This is no URL.')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AddressRefused('Only http and https are spoken.')
  if (url.username !== '' || url.password !== '')
    throw new AddressRefused('A URL with a name or a password in it would show them.')
  if (url.hash !== '') throw new AddressRefused('What stands behind # is not sent.')
  const host = hostOf(url)
  if (host === '') throw new AddressRefused('There is no host in it.')
  if (!isAllowedName(host, allowed)) {
    if (!isPlainPort(url)) throw new AddressRefused('The port must be 80, 443, or 1024 and above.')
    if (isIP(host) !== 0) refuseUnlessPublic(host, host, allowed)
  }
  return url
}

/** The addresses to connect to, checked. Throws {@link AddressRefused}, or as `resolve` does. */
export async function checkedAddresses(
  url: URL,
  allowed: AllowedHosts,
  resolve: Resolve,
): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
  const host = hostOf(url)
  const family = isIP(host)
  const found = family === 0 ? await resolve(host) : [{ address: host, family }]
  // Spelt as a connection would have it: nothing but an address may come from a look-up.
  const [first, ...others] = found.filter(({ address }) => isIP(address) !== 0)
  if (first === undefined) throw new AddressRefused(`${host} has no address.`)
  if (!isAllowedName(host, allowed)) {
    for (const { address } of [first, ...others]) refuseUnlessPublic(host, address, allowed)
  }
  return [first, ...others]
}

/** Reached from anywhere, so nothing is gained by reaching it from here. */
export function isPublicAddress(address: string): boolean {
  // With a zone it means a network interface of this machine.
  if (address.includes('%') || !ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  if (parsed.kind() === 'ipv4') return !knownPrivate.has(parsed.toString())
  // What IPv6 gives out to the world is 2000::/3. The rest, such as the old forms that hold an IPv4 address, is none.
  return parsed.match(globalUnicast)
}

const globalUnicast = ipaddr.parseCIDR('2000::/3')
/** Public by its number, but each machine of that cloud reaches its own host by it. */
const knownPrivate = new Set(['168.63.129.16'])

function refuseUnlessPublic(host: string, address: string, { networks }: AllowedHosts): void {
  if (isPublicAddress(address) || networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return
  throw new AddressRefused(`${host} is not at a public address.`)
}

/** The parser of URLs has brought numbers of every spelling into the usual one. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function isAllowedName(host: string, { names }: AllowedHosts): boolean {
  return names.has(host.toLowerCase())
}

/** What listens below 1024 on other ports was not made for HTTP from strangers. */
function isPlainPort({ port }: URL): boolean {
  return port === '' || port === '80' || port === '443' || Number(port) >= 1024
}
