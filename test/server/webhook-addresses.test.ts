/** No webhook makes this server connect to a private address, whatever form it has and whatever names mean. */
import type { LookupAddress } from 'node:dns'
import { realTimers } from '@weft/server/clock'
import { settings } from '@weft/server/settings'
import {
  type AllowedHosts,
  checkedAddresses,
  isPublicAddress,
  nothingAllowed,
  parseTarget,
  type Resolve,
} from '@weft/server/webhooks/address-guard'
import { createPost } from '@weft/server/webhooks/post'
import { describe, expect, it } from 'vitest'
import { webhookReceiver } from '../support/webhook-receiver.ts'

const privateAddresses = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255'],
  ...['192.168.1.1', '169.254.169.254', '169.254.0.1', '100.64.0.1', '100.100.100.200', '100.127.255.255'],
  ...['192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1'],
  ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1'],
  ...['::8.8.8.8', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b::8.8.8.8'],
  ...['64:ff9b:1::1', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:808:808::1', '2001::1', '2001:0:7f00:1::'],
  ...['fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'ff0e::1'],
  ...['100::1', '2001:db8::1', '3fff::1', '2001:2::1', '2001:10::1', '5f00::1', '4000::1', '8000::1'],
]

/** What people write for 127.0.0.1 and its like; the parser of URLs must not help them. */
const privateUrls = [
  ...['http://127.0.0.1/', 'http://127.1/', 'http://0/', 'http://0.0.0.0/', 'http://2130706433/'],
  ...['http://0x7f000001/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://017700000001/'],
  ...['http://0x7f.0x0.0x0.0x1/', 'http://127.0.0.1./', 'http://１２７.０.０.１/', 'http://①②⑦.⓪.⓪.①/'],
  ...['http://[::1]/', 'http://[::]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/'],
  ...['http://[0:0:0:0:0:0:0:1]/', 'http://[64:ff9b::7f00:1]/', 'http://[2002:7f00:1::]/'],
  ...['https://169.254.169.254/latest/meta-data/', 'http://3232235777/', 'http://[fd00:ec2::254]/'],
]

const refusedUrls = [
  ...['', 'no url', '/path', 'ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/'],
  ...['javascript:alert(1)', 'data:text/plain,x', 'http://user@example.com/', 'http://:pw@example.com/'],
  ...['http://example.com:22/', 'http://example.com:25/', 'http://example.com:0/', 'http://example.com/#x'],
  ...['http://', 'http://%00/', 'http://a b/', 'http://[::1', 'http://256.256.256.256/', 'unix:/run/x.sock'],
]

function allowing(text: string): AllowedHosts {
  const allowed = settings.webhookAllow.parse(text)
  if (allowed === undefined) throw new RangeError(text)
  return allowed
}

const resolveTo =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('an address', () => {
  it.each(privateAddresses)('%s is private', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  it.each(['', 'localhost', '127.1', '0x7f.1', '1.1.1.1.', ' 1.1.1.1', '1.1.1.1/8'])('%j is none', (text) => {
    expect(isPublicAddress(text)).toBe(false)
  })
})

describe('a URL', () => {
  it.each([...privateUrls, ...refusedUrls])('%s is refused before anything is looked up', (url) => {
    expect(() => parseTarget(url, nothingAllowed)).toThrow()
  })

  it.each(privateAddresses)(
    'whose name means %s, alone or beside a public address, is refused',
    async (address) => {
      const url = parseTarget('https://hooks.example/', nothingAllowed)
      for (const found of [[address], ['8.8.8.8', address], [address, '8.8.8.8']])
        await expect(checkedAddresses(url, nothingAllowed, resolveTo(...found))).rejects.toThrow(
          /hooks\.example/,
        )
    },
  )

  it('whose name means nothing, or rubbish, is refused', async () => {
    const url = parseTarget('https://hooks.example/', nothingAllowed)
    for (const found of [[], ['localhost'], ['']])
      await expect(checkedAddresses(url, nothingAllowed, resolveTo(...found))).rejects.toThrow(
        'has no address',
      )
  })

  it('is taken as far as its operator allows', async () => {
    const allowed = allowing('Hooks.Internal, 10.1.2.0/24, fd00::1')
    const check = (url: string, ...found: readonly string[]) =>
      checkedAddresses(parseTarget(url, allowed), allowed, resolveTo(...found))
    expect(await check('http://hooks.internal:8/', '192.168.0.1')).toHaveLength(1)
    expect(await check('http://other.example/', '10.1.2.9', '8.8.8.8', 'fd00::1')).toHaveLength(3)
    expect(await check('http://10.1.2.3:8080/')).toEqual([{ address: '10.1.2.3', family: 4 }])
    await expect(check('http://other.example/', '10.1.3.9')).rejects.toThrow()
    await expect(check('http://a.hooks.internal/', '10.9.9.9')).rejects.toThrow()
    expect(() => parseTarget('http://10.1.3.1/', allowed)).toThrow()
  })

  it.each(['http://x/', 'a b', '10.0.0.0/33', '*', 'a..b', '-a', '10.0.0.0/8/8'])(
    '%s allows nothing',
    (text) => {
      expect(settings.webhookAllow.parse(text)).toBeUndefined()
    },
  )
})

describe('a connection', () => {
  it('goes to the address that was checked, with the name as its host, and never by a second look-up', async () => {
    await using receiver = await webhookReceiver()
    let lookups = 0
    // The first answer would be let through; a rebinding name says another thing the next time.
    const resolve: Resolve = async () => {
      lookups++
      return [{ address: lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
    }
    const allowed = allowing('127.0.0.1')
    const post = createPost({ allowed, resolve, timers: realTimers })
    const url = `http://rebinding.example:${receiver.port}/a?b=c`
    expect(await post({ url, headers: { 'x-test': '1' }, body: '{"type":"x"}' })).toMatchObject({
      status: 204,
    })
    expect([lookups, receiver.received[0]?.headers.host]).toEqual([1, `rebinding.example:${receiver.port}`])
    await expect(post({ url, headers: {}, body: '{}' })).rejects.toThrow('not at a public address')
    expect([lookups, receiver.connections]).toEqual([2, 1])
  })

  it('to a private address is never made, in whatever form it is named', async () => {
    await using receiver = await webhookReceiver()
    await using receiver6 = await webhookReceiver('::1')
    const post = createPost({ allowed: nothingAllowed, resolve: resolveTo('127.0.0.1'), timers: realTimers })
    const hosts = [
      ...[
        '127.0.0.1',
        '127.1',
        '2130706433',
        '0x7f000001',
        '017700000001',
        'localhost',
        'public.example',
        '0',
      ],
      ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '127.0.0.1.', '127.0.0.1.nip.io'],
    ]
    const urls = [
      ...hosts.map((host) => `http://${host}:${receiver.port}/`),
      `http://[::1]:${receiver6.port}/`,
      `https://127.0.0.1:${receiver.port}/`,
    ]
    for (const url of urls) await expect(post({ url, headers: {}, body: '{}' }), url).rejects.toThrow()
    expect([receiver.connections, receiver6.connections]).toEqual([0, 0])
  })

  it('does not follow a redirect, and reads no more than it must of an endless answer', async () => {
    await using receiver = await webhookReceiver()
    const post = createPost({ allowed: allowing('127.0.0.1'), resolve: resolveTo(), timers: realTimers })
    const letter = { url: receiver.url, headers: {}, body: '{}' }
    receiver.answer = (response) => response.writeHead(302, { location: receiver.url }).end('elsewhere')
    expect(await post(letter)).toEqual({ status: 302, response: 'elsewhere', retryAfter: null })
    expect(receiver.received).toHaveLength(1)
    let sent = 0
    receiver.answer = (response) => {
      response.writeHead(503, { 'retry-after': '7' })
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384))) sent += 16_384
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
    const endless = await post(letter)
    expect(endless).toMatchObject({ status: 503, retryAfter: '7' })
    expect(endless.response).toBe('x'.repeat(500))
    expect(sent).toBeLessThan(16 * 1024 * 1024)
  })
})
