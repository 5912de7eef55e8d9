/**
 * Puts the server's word on who somebody is into a presence state. A guest without a name of the server's may
 * call itself something, within bounds; id and kind are never its own to say.
 */
import { type Actor, dyes, limits, type PresenceUser, programDye } from '@weft/protocol'

/** The state as it is sent on; `null` if it is too large, no object, or meant to harm readers. */
export function stamp(json: string, actor: Actor, client: number): string | null {
  if (json.length > limits.presenceStateBytes || json.includes('__proto__')) return null
  const state = parseObject(json)
  if (state === null) return null
  // The object is this function's own.
  state.user = Object.assign(isObject(state.user) ? state.user : {}, remembered(actor, state.user, client))
  return JSON.stringify(state)
}

interface Remembered {
  readonly client: number
  readonly name: unknown
  readonly dye: unknown
  readonly color: unknown
  readonly identity: PresenceUser
}

/** What each said last and what it came to: people move far more often than they change their names. */
const lastOf = new WeakMap<Actor, Remembered>()

function remembered(actor: Actor, user: unknown, client: number): PresenceUser {
  const claimed = isObject(user) ? user : {}
  const { name, dye, color } = claimed
  const last = lastOf.get(actor)
  if (last?.client === client && last.name === name && last.dye === dye && last.color === color)
    return last.identity
  const now = { client, name, dye, color, identity: identity(actor, claimed, client) }
  lastOf.set(actor, now)
  return now.identity
}

function identity(actor: Actor, claimed: Readonly<Record<string, unknown>>, client: number): PresenceUser {
  const dye = actor.dye ?? claimedDye(claimed.dye) ?? (client % (programDye - 1)) + 1
  const color = (actor.dye === null ? claimedColor(claimed.color) : null) ?? dyes[dye - 1] ?? dyes[0]
  return {
    id: actor.id,
    kind: actor.kind,
    name: actor.name ?? claimedName(claimed.name) ?? 'Guest',
    dye,
    color,
    colorLight: `${color}33`,
  }
}

function claimedName(name: unknown): string | null {
  if (typeof name !== 'string') return null
  // Control and direction characters could make one name look like another.
  const clean = name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim()
  return clean === '' ? null : Array.from(clean).slice(0, limits.nameLength).join('')
}

function claimedDye(dye: unknown): number | null {
  return typeof dye === 'number' && Number.isInteger(dye) && dye >= 1 && dye < programDye ? dye : null
}

/** Clients put it into style attributes: nothing but a plain colour may pass. */
function claimedColor(color: unknown): string | null {
  return typeof color === 'string' && /^#[0-9a-fA-F]{6}$/.test(color) ? color : null
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
