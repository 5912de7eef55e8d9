import type { Editor } from '@weft/editor'
import type { DocumentResource } from '@weft/protocol'
import { downloadText, fileNameOf } from '../../download.ts'

export function extensionOf(document: DocumentResource): 'md' | 'txt' {
  return document.kind === 'markdown' ? 'md' : 'txt'
}

/** What is in the editor now, stored or not. */
export function downloadDocument(document: DocumentResource, editor: Editor): void {
  downloadText(fileNameOf(document.title, extensionOf(document)), editor.text())
}
