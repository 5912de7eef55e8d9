import type { SaveState } from '@weft/editor'
import { useEffect, useRef } from 'react'
import { showToast } from '../toasts.tsx'
import { edits } from './save-words.ts'

/** Says once that what waited for the connection has arrived. */
export function useBackOnlineToast(save: SaveState): void {
  const waiting = useRef(0)
  useEffect(() => {
    if (save.state === 'device' || save.state === 'tab') waiting.current = save.edits
    if (save.state !== 'saved') return
    if (waiting.current > 0) showToast(`Back online. ${edits(waiting.current)} sent.`)
    waiting.current = 0
  }, [save])
}
