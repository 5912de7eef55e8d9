/**
 * Guests: people without an account, known again by a signed cookie. It holds an id, a name and a colour; the
 * signature keeps others from writing under that id.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Actor, limits, programDye } from '@weft/protocol'
import { z } from 'zod'

export interface Guests {
  /** The guest that a `Cookie` header names, or `null`: none, expired key, or not signed here. */
  read(header: string | undefined): Actor | null
  /** A new guest without name or colour. */
  fresh(): Actor
  /** The `Set-Cookie` header that makes a browser this guest for a year. */
  cookieFor(guest: Actor, options: { readonly secure: boolean }): string
}

const cookieName = 'weft_guest'
const yearInSeconds = 365 * 24 * 60 * 60

const guest = z.strictObject({
  id: z.string().regex(/^guest:[\w-]{22}$/),
  name: z.string().min(1).max(limits.nameLength).nullable(),
  dye: z
    .int()
    .min(1)
    .max(programDye - 1)
    .nullable(),
})

export function createGuests(key: Uint8Array): Guests {
  const sign = (payload: string) => createHmac('sha256', key).update(`${cookieName}.${payload}`).digest()

  function open(value: string): Actor | null {
    const [payload, signature, ...rest] = value.split('.')
    if (payload === undefined || signature === undefined || rest.length > 0) return null
    const given = Buffer.from(signature, 'base64url')
    const right = sign(payload)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null
    const found = guest.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    return found.success ? { ...found.data, kind: 'guest' } : null
  }

  return {
    read(header) {
      // Another site on a parent domain can add a cookie of this name in front of ours: take the first that is signed.
      for (const value of cookiesNamed(cookieName, header)) {
        const actor = open(value)
        if (actor !== null) return actor
      }
      return null
    },
    fresh: () => ({
      id: `guest:${randomBytes(16).toString('base64url')}`,
      kind: 'guest',
      name: null,
      dye: null,
    }),
    cookieFor(actor, { secure }) {
      const { id, name, dye } = actor
      const payload = Buffer.from(JSON.stringify({ id, name, dye })).toString('base64url')
      const value = `${payload}.${sign(payload).toString('base64url')}`
      const attributes = `Path=/; Max-Age=${yearInSeconds}; HttpOnly; SameSite=Lax`
      return `${cookieName}=${value}; ${attributes}${secure ? '; Secure' : ''}`
    },
  }
}

/** The key of this data folder; made when there is none. Losing it makes every guest a new one, no more. */
export async function openGuestKey(folder: string): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'guest.key')
  const found = await readIfThere(path)
  // A shorter one was cut off by a crash at the first start.
  if (found !== null && found.length >= keyBytes) return found
  const key = freshGuestKey()
  await writeFile(path, key, { mode: 0o600 })
  return key
}

/** For a server that keeps nothing. */
export function freshGuestKey(): Uint8Array {
  return randomBytes(keyBytes)
}

const keyBytes = 32

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function cookiesNamed(name: string, header: string | undefined): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}
