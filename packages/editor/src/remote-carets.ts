/** Where other people are in the text, as positions that follow every change. */
import { StateEffect, StateField } from '@codemirror/state'

export interface RemoteCaret {
  readonly client: number
  readonly name: string
  /** 1 to 12. */
  readonly dye: number
  readonly anchor: number
  readonly head: number
  /** Milliseconds since 1970. */
  readonly movedAt: number
}

/** All carets anew; positions in the document after the transaction. */
export const setRemoteCarets = StateEffect.define<readonly RemoteCaret[]>()

/**
 * Resolving a relative position walks the document, so it happens only when presence says something new; between
 * two words of presence the positions are mapped through the changes, which costs next to nothing.
 */
export const remoteCarets = StateField.define<readonly RemoteCaret[]>({
  create: () => [],
  update(carets, transaction) {
    const { changes } = transaction
    const mapped =
      changes.empty || carets.length === 0
        ? carets
        : carets.map((caret) => ({
            ...caret,
            anchor: changes.mapPos(caret.anchor, 1),
            head: changes.mapPos(caret.head, 1),
          }))
    return transaction.effects.reduce(
      (value, effect) => (effect.is(setRemoteCarets) ? effect.value : value),
      mapped,
    )
  },
})
