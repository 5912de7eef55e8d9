import { Files, type LucideIcon, Trash2 } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { Brand } from '../brand.tsx'
import { IdentityMenu } from '../identity/identity-menu.tsx'

/** Where one can go, and who one is. */
export function Rail() {
  return (
    <nav className="rail" aria-label="Documents" data-region>
      <Brand withName />
      <div className="rail-links">
        <RailLink href="/" icon={Files} name="All documents" />
        <RailLink href="/trash" icon={Trash2} name="Trash" />
      </div>
      <IdentityMenu />
    </nav>
  )
}

interface RailLinkProps {
  readonly href: string
  readonly icon: LucideIcon
  readonly name: string
}

function RailLink({ href, icon: Icon, name }: RailLinkProps) {
  const [path] = useLocation()
  return (
    <Link href={href} aria-current={path === href ? 'page' : undefined}>
      <Icon className="i" />
      {name}
    </Link>
  )
}
