// Neither has types of its own.
declare module '@mixmark-io/domino' {
  export function createDocument(html: string): { readonly title: string; readonly body: object }
}
declare module '@joplin/turndown-plugin-gfm' {
  import type { Plugin } from 'turndown'
  export const gfm: Plugin
}
