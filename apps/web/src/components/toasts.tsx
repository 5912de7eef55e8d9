/** Short news at the bottom start corner: one at a time, six seconds, longer under the pointer or the focus. */
import { Toast } from '@base-ui/react/toast'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface ToastData {
  readonly icon?: LucideIcon
  readonly action?: { readonly label: string; readonly run: () => void }
}

const toasts = Toast.createToastManager<ToastData>()

/** Never for a decision, and never for the save state: those have their own places. */
export function showToast(text: ReactNode, data: ToastData = {}): void {
  const { action, ...rest } = data
  const id: string = toasts.add({
    description: text,
    data: rest,
    ...(action === undefined
      ? {}
      : {
          actionProps: {
            children: action.label,
            onClick: () => {
              toasts.close(id)
              action.run()
            },
          },
        }),
  })
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider toastManager={toasts} timeout={6_000} limit={1}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="toasts" aria-label="News">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function ToastList() {
  const { toasts: shown } = Toast.useToastManager<ToastData>()
  return shown.map((toast) => {
    const Icon = toast.data?.icon
    return (
      <Toast.Root key={toast.id} toast={toast} className="toast" swipeDirection={['left', 'right']}>
        <Toast.Content className="toast-line">
          {Icon !== undefined && <Icon className="i" />}
          <Toast.Description />
          <Toast.Action className="toast-action" />
        </Toast.Content>
      </Toast.Root>
    )
  })
}
