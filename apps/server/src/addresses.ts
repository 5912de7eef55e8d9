/**
 * Where a request comes from. Anybody may write an `X-Forwarded-For`, so it is believed only as far as the chain of
 * trusted proxies goes, from this server outwards: the first hop that is none of them is the client.
 */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'

/** `null`: these are not addresses or networks such as `10.0.0.0/8`. */
export function parseNetworks(texts: readonly string[]): BlockList | null {
  const networks = new BlockList()
  for (const text of texts) {
    const [address = '', prefix, ...rest] = text.split('/')
    const family = isIP(address)
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix)
    const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && bits <= (family === 4 ? 32 : 128))
    if (family === 0 || !isPrefix || rest.length > 0) return null
    networks.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  return networks
}

/** Who a request counts for: its socket's address, or the client that trusted proxies name. */
export function addressReader(trusted: BlockList): (request: IncomingMessage) => string {
  return (request) => {
    let address = request.socket.remoteAddress ?? ''
    const hops = forwardedFor(request)
    while (isIn(trusted, address)) {
      const before = hops.pop()
      // The proxy names nobody, or what is no address: then it is the last that is known.
      if (before === undefined) break
      const named = bareAddress(before)
      if (named === null) break
      address = named
    }
    return address
  }
}

function forwardedFor(request: IncomingMessage): string[] {
  const header = request.headers['x-forwarded-for']
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text === '' ? [] : text.split(',')
}

/** Some proxies write the port too: `192.0.2.7:4711`, `[2001:db8::1]:4711`. */
function bareAddress(hop: string): string | null {
  const text = hop.trim()
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/i.exec(text) ?? []
  const address = bracketed ?? plain ?? text
  return isIP(address) === 0 ? null : address
}

function isIn(networks: BlockList, address: string): boolean {
  return isIP(address) !== 0 && networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** This machine itself, where a proxy that is not trusted stands for everybody. */
export function isLoopback(address: string): boolean {
  return isIn(loopback, address)
}

/** What counts as one address: an IPv6 household owns its whole /64. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = address.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === '' ? [] : tail.split(':')
  const gap = address.includes('::')
    ? Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
    : []
  return [...front, ...gap, ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** Whom a count of addresses counts; `null`: nobody, because it stands for everybody here. */
export function countedAddress(address: string): string | null {
  return address === '' || isLoopback(address) ? null : addressKey(address)
}
