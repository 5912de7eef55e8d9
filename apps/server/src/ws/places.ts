/** Bounds how many connections there are, in all and for one address. */
import { BlockList, isIPv6 } from 'node:net'

/** Gives the place back. A second call does nothing. */
export type Release = () => void

export interface Places {
  readonly taken: number
  /** `null`: full. */
  take(address: string): Release | null
}

export function places(inAll: number, perAddress: number): Places {
  const takenBy = new Map<string, number>()
  let taken = 0
  return {
    get taken() {
      return taken
    },
    take(address) {
      const own = takenBy.get(address) ?? 0
      if (taken >= inAll || own >= perAddress) return null
      taken += 1
      takenBy.set(address, own + 1)
      let released = false
      return () => {
        if (released) return
        released = true
        taken -= 1
        const left = (takenBy.get(address) ?? 1) - 1
        if (left === 0) takenBy.delete(address)
        else takenBy.set(address, left)
      }
    },
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

export function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
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
