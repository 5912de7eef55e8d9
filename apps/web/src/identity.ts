/** Who this person is to others: what the server knows, or until they choose, a friendly suggestion kept on the device. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { programDye } from '@weft/protocol'
import { client } from './client.ts'
import { keepOnDevice, readFromDevice } from './device-store.ts'

export interface Identity {
  readonly name: string
  readonly dye: number
}

export interface KnownIdentity extends Identity {
  /** The server has said what it knows, or did not answer. */
  readonly isSettled: boolean
  /** The server has no name for this person and they were never asked. */
  readonly unasked: boolean
}

interface Guest extends Identity {
  /** The person has seen the question; it is not put twice. */
  readonly asked: boolean
}

/** Names of the dyes in tokens.css, in their order; the twelfth, iron, is for programs. */
export const dyeNames = [
  'woad',
  'madder',
  'weld',
  'orchil',
  'nettle',
  'onion',
  'indigo',
  'cochineal',
  'verdigris',
  'walnut',
  'logwood',
] as const

const guestKey = 'weft.guest'
const meKey = ['me'] as const

export function useIdentity(): KnownIdentity {
  const me = useQuery({ queryKey: meKey, queryFn: () => client.getMe(), staleTime: 5 * 60_000 })
  const guest = useQuery({
    queryKey: ['guest'],
    queryFn: rememberedGuest,
    initialData: rememberedGuest,
    staleTime: Infinity,
  }).data
  const known = me.data?.name ?? null
  return {
    name: known ?? guest.name,
    dye: known === null ? guest.dye : (me.data?.dye ?? guest.dye),
    isSettled: !me.isPending,
    unasked: me.isSuccess && known === null && !guest.asked,
  }
}

export function useSaveIdentity() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (identity: Identity) => client.putMe({ body: { name: identity.name, dye: identity.dye } }),
    onSuccess: (me, identity) => {
      cache.setQueryData(meKey, me)
      cache.setQueryData(['guest'], rememberGuest({ ...identity, asked: true }))
    },
  })
}

/** The suggestion is good enough for now: it stays on this device and is not asked about again. */
export function useKeepSuggestion() {
  const cache = useQueryClient()
  return () => cache.setQueryData(['guest'], rememberGuest({ ...rememberedGuest(), asked: true }))
}

export function suggestName(): string {
  return `${pick(manners)} ${pick(animals)}`
}

function rememberedGuest(): Guest {
  const kept = readFromDevice(guestKey)
  return isGuest(kept) ? kept : rememberGuest({ name: suggestName(), dye: pick(dyeNumbers), asked: false })
}

function rememberGuest(guest: Guest): Guest {
  keepOnDevice(guestKey, guest)
  return guest
}

function isGuest(value: unknown): value is Guest {
  if (typeof value !== 'object' || value === null) return false
  const { name, dye, asked } = value as Record<string, unknown>
  return (
    typeof name === 'string' &&
    name !== '' &&
    dyeNumbers.some((known) => known === dye) &&
    typeof asked === 'boolean'
  )
}

function pick<T>(choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(Math.random() * choices.length)] ?? choices[0]
}

const dyeNumbers: readonly [number, ...number[]] = [
  1,
  ...Array.from({ length: programDye - 2 }, (_, n) => n + 2),
]
const manners = [
  'Quiet',
  'Early',
  'Gentle',
  'Curious',
  'Patient',
  'Bright',
  'Steady',
  'Merry',
  'Keen',
  'Calm',
  'Swift',
  'Kind',
] as const
const animals = [
  'heron',
  'otter',
  'wren',
  'badger',
  'finch',
  'hare',
  'lynx',
  'marten',
  'newt',
  'owl',
  'plover',
  'stoat',
  'swift',
  'vole',
] as const
