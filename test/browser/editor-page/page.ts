/** The editor alone in a page; tests call what hangs on `window.weft`. */
import { EditorView } from '@codemirror/view'
import { openDeviceStore } from '../../../packages/editor/src/device-store.ts'
import {
  type Editor,
  forgetDocument,
  openEditor,
  unsentDocuments,
} from '../../../packages/editor/src/index.ts'
import { type RemoteCaret, setRemoteCarets } from '../../../packages/editor/src/remote-carets.ts'

export interface EditorPage {
  readonly openDeviceStore: typeof openDeviceStore
  readonly unsentDocuments: typeof unsentDocuments
  readonly forgetDocument: typeof forgetDocument
  open(options: Omit<Parameters<typeof openEditor>[0], 'parent'>): void
  editor(): Editor
  view(): EditorView
  /** Carets of people who are not there. */
  showCarets(carets: readonly RemoteCaret[]): void
}

declare global {
  interface Window {
    weft: EditorPage
  }
}

const parent = document.querySelector('main') ?? document.body
let opened: Editor | null = null

const view = () => {
  const found = EditorView.findFromDOM(parent)
  if (found === null) throw new Error('no editor is open')
  return found
}

window.weft = {
  openDeviceStore,
  unsentDocuments,
  forgetDocument,
  open(options) {
    opened = openEditor({ ...options, parent })
  },
  editor() {
    if (opened === null) throw new Error('no editor is open')
    return opened
  },
  view,
  showCarets: (carets) => view().dispatch({ effects: setRemoteCarets.of(carets) }),
}
