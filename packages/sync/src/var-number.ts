/** Numbers as lib0 writes them, straight into bytes that are there: seven bits a byte, the lowest first. */

/** How long lib0 writes it. */
export function numberLength(value: number): number {
  let length = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++
  return length
}

export function writeNumber(bytes: Uint8Array, from: number, value: number): number {
  let at = from
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128
  bytes[at++] = rest
  return at
}
