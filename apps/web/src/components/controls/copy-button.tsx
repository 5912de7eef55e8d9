import { Check, type LucideIcon } from 'lucide-react'
import { useRef, useState } from 'react'
import { copyText } from '../../clipboard.ts'
import { showToast } from '../toasts.tsx'

const copiedMs = 2_000

interface CopyButtonProps {
  readonly text: () => string
  readonly label: string
  readonly icon: LucideIcon
  /** Without words: a 28 px square. */
  readonly compact?: boolean
  readonly className?: string
  readonly tabIndex?: number
}

/** Says “Copied” for two seconds in the same width. */
export function CopyButton({ text, label, icon: Icon, compact, className = '', tabIndex }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  const timer = useRef(0)
  const copy = async () => {
    if (!(await copyText(text()))) {
      showToast('This browser did not allow copying.')
      return
    }
    setCopied(true)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => setCopied(false), copiedMs)
  }
  const words = compact ? 'visually-hidden' : 'btn-words'
  return (
    <button
      type="button"
      className={`${compact ? 'icon-btn' : 'btn'} ${className}`}
      title={compact ? label : undefined}
      tabIndex={tabIndex}
      onClick={() => void copy()}
    >
      <span className="swap">
        <span data-off={copied || undefined} aria-hidden={copied}>
          <Icon className="i i-s" />
          <span className={words}>{label}</span>
        </span>
        <span data-off={!copied || undefined} aria-hidden={!copied}>
          <Check className="i i-s" />
          <span className={words}>Copied</span>
        </span>
      </span>
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  )
}
