/** Short news at the bottom start corner: one at a time, six seconds, longer under the pointer or the focus. */
import type { LucideIcon } from 'lucide-react'
import { type FocusEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'

interface Toast {
  readonly text: string
  readonly icon?: LucideIcon
  readonly action?: { readonly label: string; readonly run: () => void }
}

const shownMs = 6_000

let shown: Toast | null = null
const listeners = new Set<() => void>()

/** Never for a decision, and never for the save state: those have their own places. */
export function showToast(text: string, more: Omit<Toast, 'text'> = {}): void {
  show({ text, ...more })
}

function show(toast: Toast | null): void {
  shown = toast
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const toast = useSyncExternalStore(subscribe, () => shown)
  const [isHeld, setHeld] = useState(false)
  const cameFrom = useRef<Element | null>(null)

  useEffect(() => {
    if (toast === null || isHeld) return
    const timer = setTimeout(() => show(null), shownMs)
    return () => clearTimeout(timer)
  }, [toast, isHeld])

  const leave = () => {
    setHeld(false)
    show(null)
    if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus()
  }
  const onFocus = (event: FocusEvent) => {
    cameFrom.current ??= event.relatedTarget
    setHeld(true)
  }
  const onBlur = () => {
    cameFrom.current = null
    setHeld(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointer and focus only make the time stand still
    <div
      className="toasts"
      data-region
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={onFocus}
      onBlur={onBlur}
      onKeyDown={(event) => {
        if (event.key === 'Escape') leave()
      }}
    >
      <div role="status">
        {toast !== null && (
          <div className="toast">
            {toast.icon !== undefined && <toast.icon className="i" />}
            <p>{toast.text}</p>
            {toast.action !== undefined && <ToastAction action={toast.action} onDone={leave} />}
          </div>
        )}
      </div>
    </div>
  )
}

interface ToastActionProps {
  readonly action: NonNullable<Toast['action']>
  readonly onDone: () => void
}

function ToastAction({ action, onDone }: ToastActionProps) {
  const run = () => {
    onDone()
    action.run()
  }
  return (
    <button type="button" className="toast-action" onClick={run}>
      {action.label}
    </button>
  )
}
