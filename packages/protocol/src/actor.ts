/**
 * Who acts: the log, presence and the API name people and programs by it. It is always the server's word,
 * never the payload's.
 */
export type ActorId = string

export type ActorKind = 'user' | 'guest' | 'token'

export interface Actor {
  readonly id: ActorId
  readonly kind: ActorKind
  /** `null`: not known to the server; a name the client claims may be shown, as a guest's. */
  readonly name: string | null
  /** Index into {@link dyes}, 1 to 12. `null`: not chosen. */
  readonly dye: number | null
}

/** A person or program as presence carries it, stamped by the server on every state. */
export interface PresenceUser {
  readonly id: ActorId
  readonly kind: ActorKind
  readonly name: string
  readonly dye: number
  /** `#rrggbb` of the dye, for clients that draw carets themselves (y-codemirror reads these two). */
  readonly color: string
  readonly colorLight: string
}

/** Contributor colours in the order they are given, light theme; 12 (iron) is for programs. */
export const dyes = [
  '#1a66b8',
  '#b3252c',
  '#7c6200',
  '#8e2f9c',
  '#3b7422',
  '#ad4a00',
  '#2b3a8c',
  '#b8206a',
  '#00736a',
  '#653c1c',
  '#7448b8',
  '#4b5962',
] as const

export const programDye = 12
