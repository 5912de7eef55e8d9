import { useSyncExternalStore } from 'react'

const minuteMs = 60_000

/** The current minute; whoever shows “2 min ago” follows it. */
export function useNow(): Date {
  return new Date(useSyncExternalStore(everyMinute, () => Math.floor(Date.now() / minuteMs) * minuteMs))
}

function everyMinute(listener: () => void): () => void {
  const timer = setInterval(listener, minuteMs / 4)
  return () => clearInterval(timer)
}
