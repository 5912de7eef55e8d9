import { useEffect, useEffectEvent } from 'react'

const question = 'Your last edits are only in this tab and would be lost. Leave anyway?'

/**
 * While `isGuarded`, going to another page inside the app asks first; leaving the app is guarded by the editor.
 * Browsers without the navigation API do not ask.
 */
export function useLeaveGuard(isGuarded: boolean): void {
  const mayLeave = useEffectEvent(() => !isGuarded || window.confirm(question))
  useEffect(() => {
    if (!isGuarded || !('navigation' in window)) return
    const onNavigate = (event: NavigateEvent) => {
      const isElsewhere = new URL(event.destination.url).pathname !== location.pathname
      if (event.destination.sameDocument && isElsewhere && event.cancelable && !mayLeave())
        event.preventDefault()
    }
    window.navigation.addEventListener('navigate', onNavigate)
    return () => window.navigation.removeEventListener('navigate', onNavigate)
  }, [isGuarded])
}
