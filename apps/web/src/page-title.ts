import { useEffect } from 'react'

/** What the tab and the history of the browser call this page. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
}
