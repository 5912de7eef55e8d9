import { readFile } from 'node:fs/promises'
import { BlockList } from 'node:net'
import { resolve } from 'node:path'
import { defaultBounds } from '@weft/server/bounds'
import { readConfig, settingsTable } from '@weft/server/config'
import { nothingAllowed } from '@weft/server/webhooks/address-guard'
import { describe, expect, it } from 'vitest'

const noLimits = { maxDocuments: 0, maxDocumentsPerActor: 0, maxBytes: 0 }
const defaults = {
  port: 3000,
  host: '127.0.0.1',
  data: resolve('data'),
  origins: [],
  trustedProxies: expect.any(BlockList),
  storage: 'sqlite',
  openRooms: false,
  webhookAllow: nothingAllowed,
  ...defaultBounds,
  ...noLimits,
  logLevel: 'info',
}

describe('settings', () => {
  it('have defaults that need nothing', () => {
    expect(readConfig([], {})).toEqual({ type: 'config', config: defaults })
  })

  it('come from flags, in both spellings, before variables', () => {
    const environment = { PORT: '1', HOST: '10.0.0.1', WEFT_DATA: '/var/lib/weft', LOG_LEVEL: 'warn' }
    const flags = ['--port', '4000', '--origins=https://weft.example, http://[::1]:8080', '--storage=memory']
    expect(readConfig(flags, environment)).toEqual({
      type: 'config',
      config: {
        port: 4000,
        host: '10.0.0.1',
        data: '/var/lib/weft',
        origins: ['https://weft.example', 'http://[::1]:8080'],
        storage: 'memory',
        trustedProxies: expect.any(BlockList),
        ...defaultBounds,
        ...noLimits,
        openRooms: false,
        webhookAllow: nothingAllowed,
        logLevel: 'warn',
      },
    })
  })

  it('that are empty variables are not set', () => {
    const environment = { PORT: '', WEFT_DATA: '', WEFT_ORIGINS: '', PATH: '/bin', HOME: '/root' }
    expect(readConfig([], environment)).toEqual({ type: 'config', config: defaults })
  })

  it.each([
    [['--port=0'], { port: 0 }],
    [['--port=65535'], { port: 65_535 }],
    [['--host=::1'], { host: '::1' }],
    [['--log-level=silent'], { logLevel: 'silent' }],
    [['--data=a=b'], { data: resolve('a=b') }],
    [['--open-rooms=1'], { openRooms: true }],
    [
      ['--webhook-allow=Hooks.Internal, a'],
      { webhookAllow: { ...nothingAllowed, names: new Set(['hooks.internal', 'a']) } },
    ],
    [['--connections-per-actor=7'], { connectionsPerActor: 7 }],
    [['--creates-per-hour=0'], { createsPerHour: 0 }],
    [['--max-state=20MiB'], { stateBytes: 20 * 1024 * 1024 }],
    [['--room-memory', '2GiB'], { roomBytes: 2 * 1024 ** 3 }],
    [['--max-text=100'], { textLength: 100 }],
  ])('take %j', (flags, changed) => {
    expect(readConfig(flags, {})).toEqual({ type: 'config', config: { ...defaults, ...changed } })
  })

  it.each([
    [['--port=65536'], {}, '--port is "65536"; it takes a number from 0 to 65535.'],
    [['--port=-1'], {}, '--port is "-1"'],
    [['--port='], {}, '--port is ""'],
    [['--port'], {}, '--port lacks its value'],
    [[], { PORT: 'http' }, 'PORT is "http"; it takes a number from 0 to 65535.'],
    [[], { PORT: '3e3' }, 'PORT is "3e3"'],
    [['--host=two words'], {}, '--host is "two words"'],
    [['--storage=postgres'], {}, '--storage is "postgres"; it takes sqlite or memory.'],
    [
      [],
      { LOG_LEVEL: 'loud' },
      'LOG_LEVEL is "loud"; it takes fatal, error, warn, info, debug, trace, silent.',
    ],
    [[], { WEFT_ORIGINS: 'weft.example' }, 'WEFT_ORIGINS is "weft.example"; it takes origins such as'],
    [[], { WEFT_ORIGINS: 'https://weft.example/' }, 'WEFT_ORIGINS is'],
    [[], { WEFT_ORIGINS: 'https://weft.example/path' }, 'WEFT_ORIGINS is'],
    [[], { WEFT_ORIGINS: 'https://Weft.example' }, 'WEFT_ORIGINS is'],
    [[], { WEFT_ORIGINS: 'ftp://weft.example' }, 'WEFT_ORIGINS is'],
    [[], { WEFT_ORIGINS: '*' }, 'WEFT_ORIGINS is'],
    [[], { WEFT_TRUSTED_PROXIES: 'proxy.example' }, 'WEFT_TRUSTED_PROXIES is "proxy.example"; it takes'],
    [[], { WEFT_TRUSTED_PROXIES: '10.0.0.0/40' }, 'WEFT_TRUSTED_PROXIES is'],
    [['--connections=0'], {}, '--connections is "0"; it takes a number from 1 on.'],
    [['--max-state=16'], {}, '--max-state is "16"; it takes a size such as'],
    [['--max-state=0MiB'], {}, '--max-state is'],
    [['--room-memory=1.5GiB'], {}, '--room-memory is'],
    [['--max-text=4Mi'], {}, '--max-text is'],
    [['--prot=1'], {}, '--prot=1 is not a flag. The flags: --port, --host,'],
    [['3000'], {}, '3000 is not a flag'],
    [['-p', '3000'], {}, '-p is not a flag'],
    [[], { WEFT_DTA: 'x' }, 'WEFT_DTA is not a setting. Those that begin with WEFT_: WEFT_DATA,'],
  ])('refuse %j %j', (flags, environment, reason) => {
    const outcome = readConfig(flags, environment)
    expect(outcome).toMatchObject({ type: 'refused', reason: expect.stringContaining(reason) })
  })

  it('trust the proxies that are named, alone or by network', () => {
    const outcome = readConfig(['--trusted-proxies=127.0.0.1, 10.0.0.0/8, ::1'], {})
    const trusted = outcome.type === 'config' ? outcome.config.trustedProxies : new BlockList()
    expect(['127.0.0.1', '10.2.3.4'].map((address) => trusted.check(address))).toEqual([true, true])
    expect(trusted.check('::1', 'ipv6')).toBe(true)
    expect(trusted.check('192.0.2.1')).toBe(false)
  })

  it('are all named when several are wrong', () => {
    const outcome = readConfig(['--port=x'], { LOG_LEVEL: 'y' })
    expect(outcome).toMatchObject({
      type: 'refused',
      reason: expect.stringMatching(/--port[\s\S]*LOG_LEVEL/),
    })
  })

  it('are explained by --help, each with its flag, its variable and its default', () => {
    for (const flag of ['--help', '-h']) {
      const outcome = readConfig(['--port=1', flag], {})
      const text = outcome.type === 'help' ? outcome.text : ''
      for (const row of settingsTable().split('\n').slice(2)) {
        const [, variable = '', name = '', value = ''] = row
          .split('|')
          .map((cell) => cell.replace(/`/g, '').trim())
        expect(text).toContain(`${name} <value>, ${variable}`)
        expect(text).toContain(`Default: ${value || 'none'}.`)
      }
    }
  })

  it('stand in the README as they are', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
    const [, table] = readme.split(/<!-- \/?settings -->/)
    expect(table?.trim()).toBe(settingsTable())
  })
})
