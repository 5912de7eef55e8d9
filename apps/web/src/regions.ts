/**
 * F6 and Shift+F6 walk the regions of a page: every element with `data-region`, in document order. A region's
 * `data-region-focus` takes the focus, else its first control.
 */
import { usePageKeys } from './keys.ts'

const controls =
  'a[href], button:not([disabled], [tabindex="-1"]), input, [tabindex="0"], [contenteditable="true"]'

export function useRegionKeys(): void {
  usePageKeys((event) => {
    if (event.key !== 'F6' || document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return
    const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
      (region) => firstControl(region) !== null,
    )
    const here = regions.findIndex((region) => region.contains(document.activeElement))
    const step = event.shiftKey ? -1 : 1
    const next = regions[(here + step + regions.length) % regions.length] ?? regions[0]
    if (next === undefined) return
    event.preventDefault()
    firstControl(next)?.focus()
  })
}

function firstControl(region: HTMLElement): HTMLElement | null {
  const candidates = [
    ...region.querySelectorAll<HTMLElement>('[data-region-focus]'),
    ...region.querySelectorAll<HTMLElement>(controls),
  ]
  return candidates.find((element) => element.checkVisibility()) ?? null
}
