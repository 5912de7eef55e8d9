/** F6 and Shift+F6 walk the regions of a page: every visible element with `data-region`, in document order. */
import { useEffect } from 'react'

const controls = 'a[href], button:not([tabindex="-1"]), input, [tabindex="0"], [contenteditable="true"]'

export function useRegionKeys(): void {
  useEffect(() => {
    window.addEventListener('keydown', walkRegions)
    return () => window.removeEventListener('keydown', walkRegions)
  }, [])
}

function walkRegions(event: KeyboardEvent): void {
  if (event.key !== 'F6' || document.querySelector('[role="dialog"]:not([data-quiet])') !== null) return
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')]
  const stops = regions.flatMap((region) => {
    const control = firstControl(region)
    return control === undefined ? [] : [{ region, control }]
  })
  const here = stops.findIndex(({ region }) => region.contains(document.activeElement))
  const next = event.shiftKey ? (here <= 0 ? stops.length : here) - 1 : (here + 1) % stops.length
  event.preventDefault()
  stops[next]?.control.focus()
}

/** In the text, the text itself; elsewhere the first control that can be seen. */
function firstControl(region: HTMLElement): HTMLElement | undefined {
  const candidates = [
    ...region.querySelectorAll<HTMLElement>('.cm-content'),
    ...region.querySelectorAll<HTMLElement>(controls),
  ]
  return candidates.find((element) => element.checkVisibility())
}
