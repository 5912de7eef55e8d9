import type { Imports } from '@weft/server/import/imports'

/** For servers that only ask about documents. */
export const noImports: Imports = {
  start: async () => {
    throw new Error('nothing is imported here')
  },
  get: async () => null,
  cancel: async () => false,
  close: async () => {},
}
