/** Where a name goes beside its caret: the first free place, never over your own caret, never over another name. */

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export type Side = 'after' | 'above' | 'below'

export interface Label {
  readonly caret: Box
  readonly width: number
  readonly height: number
  /** Sides with nothing written there, from the line's end, the row above and the row below. */
  readonly free: readonly Side[]
  readonly rtl: boolean
}

export interface Place {
  readonly side: Side
  readonly left: number
  readonly top: number
}

/** `area`: what is on screen. `own`: your caret, if it is. Labels come in the order in which they may choose. */
export function placeLabels(labels: readonly Label[], area: Box, own: Box | null): readonly Place[] {
  const taken: Box[] = own === null ? [] : [own]
  return labels.map((label) => {
    const options = candidates(label, area)
    const place =
      options.find(
        (option) => isInside(option, label, area) && !taken.some((box) => overlap(box, boxOf(option, label))),
      ) ?? options.find((option) => own === null || !overlap(own, boxOf(option, label)))
    const chosen = place ?? { side: 'above' as const, left: label.caret.left, top: label.caret.top }
    taken.push(boxOf(chosen, label))
    return chosen
  })
}

/** In order of preference; then higher and higher above, then lower and lower below. */
function candidates(label: Label, area: Box): Place[] {
  const { caret, height } = label
  const left = inline(label, area, -1)
  const after: Place = { side: 'after', left: inline(label, area, 6), top: caret.top + 1 }
  const above = (step: number): Place => ({ side: 'above', left, top: caret.top - height * step })
  const below = (step: number): Place => ({ side: 'below', left, top: caret.bottom + height * (step - 1) })
  const free = label.free.map((side) => (side === 'after' ? after : side === 'above' ? above(1) : below(1)))
  return [...free, above(1), above(2), below(1), below(2), above(3), below(3), above(4)]
}

/** Beginning at the caret in reading direction, moved back as far as the area needs. */
function inline({ caret, width, rtl }: Label, area: Box, gap: number): number {
  const wanted = rtl ? caret.right - gap - width : caret.left + gap
  return Math.max(area.left, Math.min(wanted, area.right - width))
}

function isInside(place: Place, label: Label, area: Box): boolean {
  return place.top >= area.top && place.top + label.height <= area.bottom
}

function boxOf({ left, top }: Place, { width, height }: Label): Box {
  return { left, top, right: left + width, bottom: top + height }
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
