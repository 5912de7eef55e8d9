declare const brand: unique symbol

/** A folder's name in URLs and tables: 22 of `A-Z a-z 0-9 _ -`, chosen by the server. */
export type FolderId = string & { readonly [brand]: 'FolderId' }

export const folderIdPattern = /^[A-Za-z0-9_-]{22}$/

export function parseFolderId(text: string): FolderId | null {
  return folderIdPattern.test(text) ? (text as FolderId) : null
}
