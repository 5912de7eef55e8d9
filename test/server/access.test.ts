import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Asker, anonymous, createAccess, type Whereabouts } from '@weft/server/access'
import { createGuests, freshGuestKey, openGuestKey } from '@weft/server/identity'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const guests = createGuests(freshGuestKey())
const loopback: Whereabouts = { host: '127.0.0.1', port: 3000, origins: [] }
const open: Whereabouts = { host: '0.0.0.0', port: 3000, origins: [] }
const proxied: Whereabouts = {
  host: '127.0.0.1',
  port: 3000,
  origins: ['https://weft.example', 'http://lan:8080'],
}

function admit(at: Whereabouts, asker: Partial<Asker>) {
  return createAccess(at, guests).admit({ host: undefined, origin: undefined, cookie: undefined, ...asker })
}

describe('on loopback', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    '%s is this server',
    (origin) => {
      expect(admit(loopback, { host: 'localhost:3000', origin })).toEqual({ actor: anonymous, origin })
    },
  )

  it.each([
    'null',
    '',
    'http://localhost',
    'http://localhost:3001',
    'https://localhost:3000',
    'http://localhost:3000/',
    'http://LOCALHOST:3000',
    'http://localhost:3000.evil.example',
    'http://evil-localhost:3000',
    'http://user@localhost:3000',
    'http://localhost.:3000',
    'http://xn--lcalhost-kbb:3000',
    'http://evil.example',
    'file://',
    'http://localhost:3000, http://evil.example',
  ])('the origin "%s" is foreign', (origin) => {
    expect(admit(loopback, { host: 'localhost:3000', origin })).toEqual({ refused: 'foreign-origin' })
  })

  it.each([
    undefined,
    '',
    'evil.example:3000',
    'localhost',
    '192.168.0.7:3000',
    'localhost:3000:3000',
    '[::1',
  ])('the host %s is wrong, whatever the origin', (host) => {
    expect(admit(loopback, { host })).toEqual({ refused: 'wrong-host' })
    expect(admit(loopback, { host, origin: 'http://localhost:3000' })).toEqual({ refused: 'wrong-host' })
  })

  it('a port of 80 may be left out', () => {
    const at = { ...loopback, port: 80 }
    expect(admit(at, { host: 'localhost', origin: 'http://localhost' })).toMatchObject({ actor: anonymous })
    expect(admit(at, { host: 'localhost:80' })).toMatchObject({ origin: 'http://localhost' })
  })

  it('an address of one’s own choice is this server too', () => {
    const at = { ...loopback, host: '127.0.0.9' }
    expect(admit(at, { host: '127.0.0.9:3000', origin: 'http://127.0.0.9:3000' })).toMatchObject({
      actor: anonymous,
    })
  })
})

describe('on a network without a word about names', () => {
  it('an origin must be the host that was asked', () => {
    expect(admit(open, { host: 'box.lan:3000', origin: 'http://box.lan:3000' })).toMatchObject({
      actor: anonymous,
    })
    expect(admit(open, { host: 'box.lan:3000', origin: 'http://evil.example' })).toEqual({
      refused: 'foreign-origin',
    })
    expect(admit(open, { host: 'box.lan:3000', origin: 'https://box.lan:3000' })).toEqual({
      refused: 'foreign-origin',
    })
    expect(admit(open, { host: 'box.lan:3000' })).toEqual({ actor: anonymous, origin: 'http://box.lan:3000' })
  })

  it('a host that could break out of a header or a link is wrong', () => {
    for (const host of ['a b', 'a;b', 'a/b', 'a"b', 'a@b', 'a\\b', 'a:1:2', 'a:99999', '%61']) {
      expect([host, admit(open, { host })]).toEqual([host, { refused: 'wrong-host' }])
    }
  })
})

describe('behind a proxy with named origins', () => {
  it.each(['https://weft.example', 'http://lan:8080', 'http://localhost:3000'])(
    '%s is this server',
    (origin) => {
      expect(admit(proxied, { host: 'weft.example', origin })).toEqual({ actor: anonymous, origin })
    },
  )

  it.each(['http://weft.example', 'https://weft.example:8443', 'https://evil.weft.example'])(
    '%s is not',
    (origin) => {
      expect(admit(proxied, { host: 'weft.example', origin })).toEqual({ refused: 'foreign-origin' })
    },
  )

  it.each([
    ['weft.example', 'https://weft.example'],
    ['weft.example:443', 'https://weft.example'],
    ['lan:8080', 'http://lan:8080'],
    ['127.0.0.1:3000', 'https://weft.example'],
  ])('links of an answer to host %s begin with %s', (host, origin) => {
    expect(admit(proxied, { host })).toEqual({ actor: anonymous, origin })
  })

  it('other hosts are wrong on every address', () => {
    expect(admit({ ...proxied, host: '0.0.0.0' }, { host: 'evil.example' })).toEqual({
      refused: 'wrong-host',
    })
  })
})

describe('a guest’s cookie', () => {
  const guest = { ...guests.fresh(), name: 'Ünsal 🌍', dye: 4 }
  const cookie = pairOf(guests.cookieFor(guest, { secure: false }))
  const host = 'localhost:3000'

  it('says who it is where the origin vouches for it, or where nothing is changed', () => {
    expect(admit(loopback, { host, origin: 'http://localhost:3000', cookie })).toMatchObject({ actor: guest })
    expect(admit(loopback, { host, cookie, plainRead: true })).toMatchObject({ actor: guest })
  })

  it('counts for nothing without an origin where browsers send one', () => {
    expect(admit(loopback, { host, cookie })).toMatchObject({ actor: anonymous })
  })

  it('is found among others, also behind one of its name that is not signed', () => {
    const header = `a=b; weft_guest=forged.x; ${cookie}; weft_guest2=c`
    expect(guests.read(header)).toEqual(guest)
  })

  it('counts only as it was signed', () => {
    const [payload = '', signature = ''] = cookie.slice('weft_guest='.length).split('.')
    const other = Buffer.from(JSON.stringify({ ...guest, kind: undefined, name: 'Boss' })).toString(
      'base64url',
    )
    for (const value of [
      `${other}.${signature}`,
      `${payload}.${signature.slice(0, -2)}`,
      `${payload}.`,
      `${payload}`,
      `.${signature}`,
      `${payload}.${signature}.more`,
      '',
      '.',
    ]) {
      expect([value, guests.read(`weft_guest=${value}`)]).toEqual([value, null])
    }
  })

  it('counts for nothing under another key', () => {
    expect(createGuests(freshGuestKey()).read(cookie)).toBeNull()
  })

  it('is out of reach for scripts and other sites, and travels by TLS alone where there is TLS', () => {
    const header = guests.cookieFor(guest, { secure: true })
    expect(header).toMatch(/; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure$/)
    expect(guests.cookieFor(guest, { secure: false })).not.toContain('Secure')
  })

  it('has an id of 128 random bits', () => {
    const ids = Array.from({ length: 100 }, () => guests.fresh().id)
    expect(new Set(ids).size).toBe(100)
    for (const id of ids) expect(id).toMatch(/^guest:[\w-]{22}$/)
  })
})

describe('the key of the data folder', () => {
  it('is made once, for its owner alone', async () => {
    await using folder = await temporaryFolder()
    const data = join(folder.path, 'new', 'data')
    const key = await openGuestKey(data)
    expect(key.length).toBe(32)
    expect((await stat(join(data, 'guest.key'))).mode & 0o777).toBe(0o600)
    expect(await openGuestKey(data)).toEqual(key)
  })

  it('that was cut off is made anew', async () => {
    await using folder = await temporaryFolder()
    await mkdir(folder.path, { recursive: true })
    await writeFile(join(folder.path, 'guest.key'), 'short')
    const key = await openGuestKey(folder.path)
    expect(key.length).toBe(32)
    expect(new Uint8Array(await readFile(join(folder.path, 'guest.key')))).toEqual(new Uint8Array(key))
  })
})

function pairOf(header: string): string {
  return header.split(';', 1)[0] ?? ''
}
