export const documentKinds = ['markdown', 'text', 'code', 'yjs'] as const
export type DocumentKind = (typeof documentKinds)[number]
