import type { DocumentKind } from '@weft/protocol'
import { AlignLeft, Binary, FileCode, FileText } from 'lucide-react'

const kinds = {
  markdown: { icon: FileText, name: 'Markdown' },
  text: { icon: AlignLeft, name: 'Plain text' },
  code: { icon: FileCode, name: 'Code' },
  yjs: { icon: Binary, name: 'Data of a program' },
} as const

export function KindIcon({ kind }: { readonly kind: DocumentKind }) {
  const { icon: Icon, name } = kinds[kind]
  return <Icon className="i" role="img" aria-label={name} />
}
