import { randomBytes } from 'node:crypto'

/** 128 random bits in 22 characters that fit an id, a path and a file name. */
export function freshId(): string {
  return randomBytes(16).toString('base64url')
}
