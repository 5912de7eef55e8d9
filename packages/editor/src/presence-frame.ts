/**
 * Other people's presence, read with distrust: what is no whole number, string or object of the expected shape
 * counts as not said. Nothing of it is ever used as markup, style or class name.
 */
import { type ActorKind, dyes, limits } from '@weft/protocol'
import * as decoding from 'lib0/decoding'

export interface PresenceEntry {
  readonly client: number
  readonly clock: number
  /** `null`: this client left. */
  readonly state: PresenceState | null
}

export interface PresenceState {
  /** `null`: the server did not say who. */
  readonly id: string | null
  readonly kind: ActorKind
  readonly name: string
  /** 1 to 12. */
  readonly dye: number
  readonly cursor: PresenceCursor | null
  readonly writing: boolean
}

/** Two relative positions as Yjs and y-codemirror write them in JSON. */
export interface PresenceCursor {
  readonly anchor: RelativePosition
  readonly head: RelativePosition
}

export interface RelativePosition {
  readonly type?: ItemId
  readonly tname?: string
  readonly item?: ItemId
  readonly assoc: number
}

interface ItemId {
  readonly client: number
  readonly clock: number
}

const kinds: readonly ActorKind[] = ['user', 'guest', 'token']
/** What a nameless client is called. */
const nameless = 'Guest'

/** `null` when the bytes are no presence message; then nothing of it counts. */
export function readPresenceFrame(bytes: Uint8Array): readonly PresenceEntry[] | null {
  try {
    const decoder = decoding.createDecoder(bytes)
    const entries: PresenceEntry[] = []
    for (let left = decoding.readVarUint(decoder); left > 0; left -= 1) {
      const client = decoding.readVarUint(decoder)
      const clock = decoding.readVarUint(decoder)
      const text = decoding.readVarString(decoder)
      if (text.length > limits.presenceStateBytes) continue
      entries.push({ client, clock, state: readState(JSON.parse(text), client) })
    }
    return entries
  } catch {
    return null
  }
}

function readState(value: unknown, client: number): PresenceState | null {
  if (!isRecord(value)) return null
  const user = own(value, 'user')
  const id = own(user, 'id')
  const name = own(user, 'name')
  const known = typeof id === 'string' && id.length <= 128 ? id : null
  return {
    id: known,
    kind: kinds.find((kind) => kind === own(user, 'kind')) ?? 'guest',
    name: readName(name),
    dye: readDye(own(user, 'dye'), known ?? String(client)),
    cursor: readCursor(own(value, 'cursor')),
    writing: own(value, 'writing') === true,
  }
}

/** Without line breaks, control characters and marks that turn the direction of what follows. */
function readName(value: unknown): string {
  if (typeof value !== 'string') return nameless
  const clean = value
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .trim()
  return clean === '' ? nameless : Array.from(clean).slice(0, limits.nameLength).join('')
}

/** Programs keep iron to themselves: a fallback is one of the first eleven. */
function readDye(value: unknown, seed: string): number {
  if (isWhole(value) && value >= 1 && value <= dyes.length) return value
  let hash = 0
  for (let index = 0; index < seed.length; index += 1)
    hash = (Math.imul(hash, 31) + seed.charCodeAt(index)) >>> 0
  return 1 + (hash % (dyes.length - 1))
}

function readCursor(value: unknown): PresenceCursor | null {
  const anchor = readPosition(own(value, 'anchor'))
  const head = readPosition(own(value, 'head'))
  return anchor === null || head === null ? null : { anchor, head }
}

function readPosition(value: unknown): RelativePosition | null {
  if (!isRecord(value)) return null
  const type = readItemId(own(value, 'type'))
  const item = readItemId(own(value, 'item'))
  const tname = own(value, 'tname')
  const assoc = own(value, 'assoc')
  if (type === null && item === null && typeof tname !== 'string') return null
  return {
    ...(type === null ? {} : { type }),
    ...(item === null ? {} : { item }),
    ...(typeof tname === 'string' ? { tname } : {}),
    assoc: isWhole(assoc) || assoc === -1 ? assoc : 0,
  }
}

function readItemId(value: unknown): ItemId | null {
  const client = own(value, 'client')
  const clock = own(value, 'clock')
  return isWhole(client) && isWhole(clock) ? { client, clock } : null
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A field of the value itself, never of its prototype. */
function own(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}
