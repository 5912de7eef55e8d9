declare const brand: unique symbol

/** A document's name in URLs, tables and log lines: 1 to 64 of `A-Z a-z 0-9 _ -`. */
export type DocumentId = string & { readonly [brand]: 'DocumentId' }

/** One alphabet for every place an id is used, so that no id can widen a key, a path or a pattern. */
export const documentIdPattern = /^[A-Za-z0-9_-]{1,64}$/

export function parseDocumentId(text: string): DocumentId | null {
  return documentIdPattern.test(text) ? (text as DocumentId) : null
}
