/** A program that reads and writes content over HTTP. */
import * as Y from 'yjs'
import type { Answer, Weft } from './weft.ts'

/** The answer to a write. */
export interface Written {
  readonly revision: number
  readonly base: number
  readonly merged: boolean
  readonly changed: number
}

type Headers = Readonly<Record<string, string>>

export function programOf(server: () => Weft) {
  const program = {
    /** `base`: the `If-Match`. */
    put: (id: string, base: string | null, text: string, headers: Headers = {}): Promise<Answer> =>
      server().ask('PUT', `/documents/${id}/content`, text, {
        'content-type': 'text/markdown',
        ...(base === null ? {} : { 'if-match': base }),
        ...headers,
      }),
    edits: (id: string, edits: unknown, headers: Headers = {}): Promise<Answer> =>
      server().ask('POST', `/documents/${id}/edits`, { edits }, headers),
    patch: (id: string, diff: string, headers: Headers = {}): Promise<Answer> =>
      server().ask('PATCH', `/documents/${id}/content`, diff, { 'content-type': 'text/x-diff', ...headers }),
    read: async (id: string): Promise<string> => (await server().ask('GET', `/documents/${id}/content`)).text,
    async state(id: string): Promise<Y.Doc> {
      const response = await fetch(`${server().url}/api/v1/documents/${id}/state`)
      const doc = new Y.Doc()
      Y.applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
      return doc
    },
    /** As a person would, who has it open. */
    async type(id: string, index: number, text: string): Promise<void> {
      const doc = await program.state(id)
      const before = Y.encodeStateVector(doc)
      doc.getText('content').insert(index, text)
      const answer = await server().ask(
        'POST',
        `/documents/${id}/updates`,
        Y.encodeStateAsUpdate(doc, before),
        {
          'content-type': 'application/octet-stream',
        },
      )
      if (answer.status !== 200) throw new Error(answer.text)
    },
  }
  return program
}
