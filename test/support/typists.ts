/** People who type markers, one line each, and note which of them a receipt has covered, and when. */
import type { Random } from './random.ts'
import { until } from './until.ts'
import { type WireClient, wireClient } from './wire-client.ts'

export interface Typists {
  /** One of them types one marker. */
  type(): void
  /** They type, so many markers every few milliseconds, until the condition holds. */
  typeUntil(
    condition: () => boolean,
    options?: { readonly atOnce?: number; readonly withinMs?: number },
  ): Promise<void>
  readonly typed: number
  /** In the order in which they came. */
  readonly receipts: readonly Receipted[]
  /** What the server said when it could not save. */
  readonly notSaved: readonly NotSaved[]
  readonly isEverybodyGone: boolean
  leave(): void
}

/** `at`: milliseconds since 1970. */
export interface Receipted {
  readonly document: string
  readonly marker: string
  readonly at: number
}

/** `since`: when the oldest edit was typed that its hearer had no receipt for. */
interface NotSaved {
  readonly document: string
  readonly reason: string
  readonly at: number
  readonly since: number
}

export interface TypistsOptions {
  readonly documents: readonly string[]
  /** In each document. */
  readonly writers: number
  readonly dice: Random
  /** Begins all their markers. */
  readonly mark?: string
  /** So many letters more with each marker. */
  readonly padding?: number
}

/** Resolves when all are in their documents. */
export async function typists(port: number, options: TypistsOptions): Promise<Typists> {
  const { dice, mark = 'm' } = options
  const padding = options.padding === undefined ? '' : `${'x'.repeat(options.padding)}\n`
  const receipts: Receipted[] = []
  const notSaved: NotSaved[] = []
  let typed = 0

  const people = options.documents.flatMap((document) =>
    Array.from({ length: options.writers }, () => typist(document)),
  )

  function typist(document: string): { readonly client: WireClient; type(): void } {
    const waiting: { readonly message: number; readonly marker: string; readonly at: number }[] = []
    const client = wireClient(port, document, {
      query: '?receipts=1',
      onMessage: (said) => {
        if (said.type === 'not-saved')
          notSaved.push({
            document,
            reason: said.reason,
            at: Date.now(),
            since: waiting[0]?.at ?? Date.now(),
          })
        if (said.type !== 'receipt') return
        while (waiting[0] !== undefined && waiting[0].message <= said.messages) {
          receipts.push({ document, marker: waiting[0].marker, at: Date.now() })
          waiting.shift()
        }
      },
    })
    return {
      client,
      type() {
        if (!client.isOpen) return
        const marker = `${mark}e${typed++}`
        client.text.insert(client.text.length, `${marker}\n${padding}`)
        waiting.push({ message: client.sent, marker, at: Date.now() })
      },
    }
  }

  await Promise.all(
    people.map(({ client }) =>
      until(() => client.all('sync-step-2').length > 0, { what: 'a typist is in', withinMs: 20_000 }),
    ),
  )
  const type = () => dice.pick(people).type()

  return {
    type,
    async typeUntil(condition, { atOnce = 1, withinMs = 60_000 } = {}) {
      await until(
        () => {
          for (let left = atOnce; left > 0; left--) type()
          return condition()
        },
        { withinMs, what: 'what the typists type for' },
      )
    },
    get typed() {
      return typed
    },
    receipts,
    notSaved,
    get isEverybodyGone() {
      return people.every(({ client }) => client.closed !== null)
    },
    leave() {
      for (const { client } of people) client.close()
    },
  }
}

/** Those that are not in the text of their document. */
export async function missing(
  receipts: readonly Receipted[],
  contentOf: (document: string) => Promise<string>,
): Promise<readonly Receipted[]> {
  const texts = new Map<string, ReadonlySet<string>>()
  for (const { document } of receipts) {
    if (!texts.has(document)) texts.set(document, new Set((await contentOf(document)).split('\n')))
  }
  return receipts.filter(({ document, marker }) => texts.get(document)?.has(marker) !== true)
}
