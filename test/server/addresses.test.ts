/** Whom a request counts for, and how often they may change something. */
import type { IncomingMessage } from 'node:http'
import { limits, type Problem } from '@weft/protocol'
import { addressReader, countedAddress, parseNetworks } from '@weft/server/addresses'
import { createRates } from '@weft/server/rates'
import { describe, expect, it } from 'vitest'
import { rawSocket } from '../support/raw-socket.ts'
import { weft } from '../support/weft.ts'

/** As much of a request as is read. */
function request(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage
}

function read(trusted: readonly string[], ...asked: Parameters<typeof request>): string {
  const networks = parseNetworks(trusted)
  if (networks === null) throw new RangeError('no networks')
  return addressReader(networks)(request(...asked))
}

describe('X-Forwarded-For', () => {
  it('is believed from nobody by default', () => {
    expect(read([], '127.0.0.1', '203.0.113.9')).toBe('127.0.0.1')
    expect(read([], '198.51.100.4', '203.0.113.9')).toBe('198.51.100.4')
  })

  it('is believed from a trusted proxy, and from no other address', () => {
    expect(read(['127.0.0.1'], '127.0.0.1', '203.0.113.9')).toBe('203.0.113.9')
    expect(read(['127.0.0.1'], '198.51.100.4', '203.0.113.9')).toBe('198.51.100.4')
    expect(read(['127.0.0.1'], '::ffff:127.0.0.1', '203.0.113.9')).toBe('203.0.113.9')
    expect(read(['2001:db8:1::/48'], '2001:db8:1:2::3', '2001:db8:9::1')).toBe('2001:db8:9::1')
  })

  it('names the client by the last hop that is no proxy: what stands before it the client wrote itself', () => {
    const trusted = ['127.0.0.1', '10.0.0.0/8']
    expect(read(trusted, '127.0.0.1', '1.1.1.1, 203.0.113.9')).toBe('203.0.113.9')
    expect(read(trusted, '127.0.0.1', '1.1.1.1, 203.0.113.9, 10.1.2.3')).toBe('203.0.113.9')
    expect(read(trusted, '127.0.0.1', '10.9.9.9, 10.1.2.3')).toBe('10.9.9.9')
  })

  it('that names nothing, or what is no address, leaves the proxy', () => {
    for (const header of [undefined, '', ' ', 'unknown', '_hidden', '300.1.1.1', '203.0.113.9, nonsense']) {
      expect(read(['127.0.0.1'], '127.0.0.1', header), String(header)).toBe('127.0.0.1')
    }
    expect(read(['127.0.0.1'], undefined, '203.0.113.9')).toBe('')
  })

  it('may have ports', () => {
    expect(read(['127.0.0.1'], '127.0.0.1', '203.0.113.9:4711')).toBe('203.0.113.9')
    expect(read(['127.0.0.1'], '127.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8::1')
    expect(read(['127.0.0.1'], '127.0.0.1', '2001:db8::1')).toBe('2001:db8::1')
  })
})

describe('networks', () => {
  it.each(['10.0.0.0/33', '10.0.0/8', '::/129', 'proxy.example', '10.0.0.0/8/8', '10.0.0.0/', '/8', '*'])(
    'are not %s',
    (text) => {
      expect(parseNetworks([text])).toBeNull()
    },
  )
})

describe('addresses that are counted', () => {
  it('are all but this machine', () => {
    for (const own of ['', '127.0.0.1', '::1', '::ffff:127.0.0.1']) expect(countedAddress(own)).toBeNull()
    expect(countedAddress('203.0.113.9')).toBe('203.0.113.9')
    expect(countedAddress('2001:db8:1:2:3::4')).toBe(countedAddress('2001:db8:1:2:9::9'))
  })
})

describe('rates', () => {
  const ann = { id: 'guest:ann', kind: 'guest', name: null, dye: null } as const
  const nobody = { id: 'guest:anonymous', kind: 'guest', name: null, dye: null } as const
  const far = '203.0.113.9'

  it('count a person wherever they are', async () => {
    const { write } = createRates({ writesPerMinute: 2, createsPerHour: 1 })
    expect(await write({ actor: ann, address: far })).toBe(0)
    expect(await write({ actor: ann, address: '127.0.0.1' })).toBe(0)
    const wait = await write({ actor: ann, address: '198.51.100.4' })
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(60)
    expect(await write({ actor: { ...ann, id: 'guest:ben' }, address: far })).toBe(0)
  })

  it('count an address whoever is there: a guest’s name costs nothing', async () => {
    const { create } = createRates({ writesPerMinute: 1, createsPerHour: 1 })
    for (let guest = 0; guest < limits.actorsPerAddress; guest++)
      expect(await create({ actor: { ...ann, id: `guest:${guest}` }, address: far })).toBe(0)
    expect(await create({ actor: { ...ann, id: 'guest:new' }, address: far })).toBeGreaterThan(0)
    expect(await create({ actor: nobody, address: far })).toBeGreaterThan(0)
    expect(await create({ actor: nobody, address: '198.51.100.4' })).toBe(0)
  })

  it('do not count programs on this machine, nor anybody where there is no limit', async () => {
    const { write } = createRates({ writesPerMinute: 1, createsPerHour: 0 })
    for (let turn = 0; turn < 20; turn++) expect(await write({ actor: nobody, address: '127.0.0.1' })).toBe(0)
    const { create } = createRates({ writesPerMinute: 1, createsPerHour: 0 })
    for (let turn = 0; turn < 20; turn++) expect(await create({ actor: ann, address: far })).toBe(0)
  })
})

describe('over HTTP, behind a trusted proxy', () => {
  const from = (last: number) => ({ 'x-forwarded-for': `203.0.113.${last}` })

  it('who changes too much is told when to come back, reads on, and others go on', async () => {
    const bounds = { writesPerMinute: 1, createsPerHour: 100 }
    await using server = await weft({ trustedProxies: ['127.0.0.1'], bounds })
    const make = (last: number) => server.ask('POST', '/documents', {}, from(last))
    for (let turn = 0; turn < limits.actorsPerAddress; turn++) expect((await make(7)).status).toBe(201)
    const refused = await make(7)
    expect(refused.status).toBe(429)
    expect((refused.json as Problem).code).toBe('too-many-requests')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await server.ask('GET', '/documents', undefined, from(7))).status).toBe(200)
    expect((await make(8)).status).toBe(201)
  })

  it('who makes too many documents may still change them', async () => {
    await using server = await weft({ trustedProxies: ['127.0.0.1'], bounds: { createsPerHour: 1 } })
    const made = await Promise.all(
      Array.from({ length: limits.actorsPerAddress }, () => server.ask('POST', '/documents', {}, from(7))),
    )
    expect(made.map(({ status }) => status)).toEqual(made.map(() => 201))
    expect((await server.ask('PUT', '/documents/one-more', {}, from(7))).status).toBe(429)
    const changed = made.map(({ headers }) =>
      server.ask('PATCH', (headers.get('location') ?? '').replace('/api/v1', ''), { title: 'Mine' }, from(7)),
    )
    for (const { status } of await Promise.all(changed)) expect(status).toBe(200)
  })

  it('[W26] rooms made by connecting count too', async () => {
    await using server = await weft({
      trustedProxies: ['127.0.0.1'],
      openRooms: true,
      bounds: { createsPerHour: 1 },
    })
    const join = (room: string, last: number) =>
      rawSocket(server.port, `/sync/${room}`, { headers: { 'X-Forwarded-For': `203.0.113.${last}` } })
    const rooms = await Promise.all(
      Array.from({ length: limits.actorsPerAddress }, (_, index) => join(`room-${index}`, 7)),
    )
    expect(rooms.map(({ status }) => status)).toEqual(rooms.map(() => 101))
    const refused = await join('one-more', 7)
    expect(refused.status).toBe(429)
    expect(refused.head.toLowerCase()).toContain('retry-after: ')
    const [again, other] = [await join('room-0', 7), await join('one-more', 8)]
    expect([again.status, other.status]).toEqual([101, 101])
    for (const socket of [...rooms, again, other]) socket.destroy()
  })
})
