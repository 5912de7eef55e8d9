/**
 * Puts the server's word on who somebody is into a presence state. A guest without a name of the server's may
 * call itself something, within bounds; id and kind are never its own to say.
 */
import { type Actor, dyes, limits, type PresenceUser, programDye } from '@weft/protocol'

/** Of one client of an actor. Returns the state as it is sent on; `null` if it is too large, no object, or meant to harm readers. */
export type Stamp = (json: string) => string | null

export function stampOf(actor: Actor, client: number): Stamp {
  /** What it said last and what that came to: people move far more often than they change their names. */
  let claimed: Readonly<Record<string, unknown>> = {}
  let user = identity(actor, claimed, client)

  return (json) => {
    if (json.length > limits.presenceStateBytes || json.includes('__proto__')) return null
    const state = parseObject(json)
    if (state === null) return null
    const said = isObject(state.user) ? state.user : {}
    const { name, dye, color } = said
    if (claimed.name !== name || claimed.dye !== dye || claimed.color !== color) {
      claimed = { name, dye, color }
      user = identity(actor, claimed, client)
    }
    // The object is this function's own.
    state.user = Object.assign(said, user)
    return JSON.stringify(state)
  }
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
