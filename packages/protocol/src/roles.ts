/** What an actor may do with a document, most first. */
export const roles = ['owner', 'editor', 'commenter', 'viewer'] as const
export type Role = (typeof roles)[number]

export function mayWrite(role: Role): boolean {
  return role === 'owner' || role === 'editor'
}
