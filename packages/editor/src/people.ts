/** The people of a document as a list: one entry each, however many tabs they have open; you come last. */
import type { ActorKind } from '@weft/protocol'
import type { Peer } from './presence.ts'
import type { PresenceState } from './presence-frame.ts'
import type { RemoteCaret } from './remote-carets.ts'

export interface Person {
  readonly key: string
  readonly name: string
  /** 1 to 12. */
  readonly dye: number
  readonly you: boolean
  readonly kind: ActorKind
  /** Wrote within 30 s; here; no sign for 2 minutes. */
  readonly activity: 'writing' | 'here' | 'away'
  /** Where their caret is. */
  readonly line: number | null
}

export interface OwnPresence {
  readonly name: string
  readonly dye: number
  /** What the server calls us, once it did. */
  readonly stamped: PresenceState | null
  readonly wroteAt: number | null
  readonly activeAt: number
  readonly line: number | null
}

export const writingMs = 30_000
const awayMs = 120_000

/** `lineOf` says on which line a caret stands now. */
export function listPeople(
  peers: Iterable<Peer>,
  own: OwnPresence,
  carets: readonly RemoteCaret[],
  lineOf: (position: number) => number,
  now: number,
): readonly Person[] {
  const caretOf = new Map(carets.map((caret) => [caret.client, caret]))
  const you: Person = {
    key: own.stamped === null ? 'you' : personKey(own.stamped, 0),
    name: own.stamped?.name ?? own.name,
    dye: own.stamped?.dye ?? own.dye,
    you: true,
    kind: own.stamped?.kind ?? 'guest',
    activity: activity(own, false, now),
    line: own.line,
  }
  const found = new Map<string, Person & { readonly activeAt: number }>()
  for (const peer of peers) {
    const { client, state, activeAt } = peer
    const key = personKey(state, client)
    if (key === you.key) continue
    const caret = caretOf.get(client)
    const person = {
      key,
      name: state.name,
      dye: state.dye,
      you: false,
      kind: state.kind,
      activity: activity(peer, state.writing, now),
      line: caret === undefined ? null : lineOf(caret.head),
      activeAt,
    }
    const known = found.get(key)
    // Of several tabs the one used last speaks for the person.
    if (known === undefined || known.activeAt < activeAt) found.set(key, person)
  }
  return [...found.values()].map(({ activeAt, ...person }) => person).concat(you)
}

/** All who share no account share the server's id for strangers, so the name tells them apart. */
export function personKey({ id, name }: PresenceState, client: number): string {
  return id === null ? `client ${client}` : `${id} ${name}`
}

function activity(
  { wroteAt, activeAt }: { readonly wroteAt: number | null; readonly activeAt: number },
  saysWriting: boolean,
  now: number,
): Person['activity'] {
  if (saysWriting || (wroteAt !== null && now - wroteAt < writingMs)) return 'writing'
  return now - Math.max(activeAt, wroteAt ?? 0) < awayMs ? 'here' : 'away'
}
