/** What the keyboard does on a page, and what its keys are called on this platform. */
import { useEffect, useEffectEvent } from 'react'

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** `Ctrl` as people of this platform know it. */
export const controlKey = isMac ? '⌘' : 'Ctrl'
export const altKey = isMac ? '⌥' : 'Alt'
export const shiftKey = isMac ? '⇧' : 'Shift'

/** The platform's command key alone, without AltGr. */
export function withControl(event: KeyboardEvent | React.KeyboardEvent): boolean {
  return isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey && !event.altKey
}

/** A single letter is a command only where it could not be text. */
export function isPlainKey(event: KeyboardEvent): boolean {
  return (
    !event.ctrlKey &&
    !event.metaKey &&
    !event.altKey &&
    !event.repeat &&
    !isInText(event.target) &&
    !isInLayer()
  )
}

/** Calls `onKey` for keys that nothing in the page took. */
export function usePageKeys(onKey: (event: KeyboardEvent) => void): void {
  const handle = useEffectEvent(onKey)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && !event.isComposing) handle(event)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}

/** A text that takes no keys now is still no place for commands. */
function isInText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [role="textbox"]') !== null
}

/** A menu or a dialog is open: the keys are its own. */
function isInLayer(): boolean {
  return document.querySelector('[role="dialog"]:not([data-quiet]), [role="menu"]') !== null
}
