import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { usePageTitle } from '../page-title.ts'
import { Brand } from './brand.tsx'

interface MessagePageProps {
  readonly icon: LucideIcon
  readonly title: string
  readonly text: ReactNode
  readonly children?: ReactNode
}

/** A whole page that says one thing and what to do about it. */
export function MessagePage({ icon: Icon, title, text, children }: MessagePageProps) {
  usePageTitle(`${title} · Weft`)
  return (
    <div className="message-page">
      <header>
        <Brand withName />
      </header>
      <main>
        <Icon className="i" />
        <h1>{title}</h1>
        <p>{text}</p>
        {children}
      </main>
      <footer>{location.host}</footer>
    </div>
  )
}
