import { useEffect } from 'react'

/**
 * Sets `--visible-height` to what the keyboard of a phone leaves free, for browsers that lay the keyboard over the
 * page (iOS) and do not know `interactive-widget`.
 */
export function useVisibleHeight(): void {
  useEffect(() => {
    const viewport = window.visualViewport
    if (viewport === null) return
    const style = document.documentElement.style
    const update = () => {
      if (viewport.scale === 1) style.setProperty('--visible-height', `${viewport.height}px`)
    }
    update()
    viewport.addEventListener('resize', update)
    return () => {
      viewport.removeEventListener('resize', update)
      style.removeProperty('--visible-height')
    }
  }, [])
}
