/**
 * Reads the primitives of a Yjs update (lib0 encoding) and refuses whatever lib0 would: truncation, overlong
 * numbers, text that is not UTF-8. Nothing is built; only lengths come out.
 */
import { limits } from '@weft/protocol'
import * as string from 'lib0/string'
import { MalformedUpdate } from './errors.ts'

const anyTypeObject = 118

export class UpdateReader {
  readonly bytes: Uint8Array
  position = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get done(): boolean {
    return this.position === this.bytes.length
  }

  byte(): number {
    const value = this.bytes[this.position]
    if (value === undefined) throw new MalformedUpdate('cut off')
    this.position++
    return value
  }

  /** Without calling anything: most of an update is numbers, and code that just started runs as it is written. */
  number(): number {
    const { bytes } = this
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[this.position]
      if (byte === undefined) throw new MalformedUpdate('cut off')
      this.position++
      value += (byte & 127) * scale
      if (byte < 128) break
      scale *= 128
      if (scale > 2 ** 49) throw new MalformedUpdate('number too long')
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new MalformedUpdate('number too large')
    return value
  }

  /** A count of things of which each takes at least one byte: a larger one is a lie, and a bomb. */
  count(): number {
    const count = this.number()
    if (count > this.bytes.length - this.position) throw new MalformedUpdate('count beyond the bytes')
    return count
  }

  skip(length: number): void {
    this.position += length
    if (this.position > this.bytes.length) throw new MalformedUpdate('cut off')
  }

  /** Skips a byte array. */
  binary(): void {
    this.skip(this.number())
  }

  /** Skips a text and returns its length in UTF-16 units, which is its length in clocks. */
  text(): number {
    const byteLength = this.number()
    const from = this.position
    this.skip(byteLength)
    return utf16Length(this.bytes, from, this.position)
  }

  textValue(): string {
    const byteLength = this.number()
    const from = this.position
    this.skip(byteLength)
    utf16Length(this.bytes, from, this.position)
    return string.decodeUtf8(this.bytes.subarray(from, this.position))
  }

  /** A JSON value as Yjs keeps it in embeds and formats. */
  json(): void {
    refuseBadJson(this.textValue())
  }

  /** A JSON value of an old array: only there Yjs reads `undefined`. */
  jsonOrUndefined(): void {
    const text = this.textValue()
    if (text !== 'undefined') refuseBadJson(text)
  }

  /** An object in lib0's "any" encoding. */
  anyObject(): void {
    if (this.bytes[this.position] !== anyTypeObject) throw new MalformedUpdate('no object')
    this.any()
  }

  /** A value in lib0's "any" encoding. */
  any(depth = 0): void {
    if (depth > limits.nesting) throw new MalformedUpdate('nested too deep')
    const type = this.byte()
    switch (type) {
      case 127: // undefined
      case 126: // null
      case 121: // false
      case 120: // true
        return
      case 125:
        return this.signedNumber()
      case 124:
        return this.skip(4)
      case 123:
      case 122:
        return this.skip(8)
      case 119:
        this.text()
        return
      case anyTypeObject:
        for (let left = this.count(); left > 0; left--) {
          // lib0 assigns the key to a plain object: this one would replace its prototype.
          if (this.textValue() === '__proto__') throw new MalformedUpdate('forbidden key')
          this.any(depth + 1)
        }
        return
      case 117:
        for (let left = this.count(); left > 0; left--) this.any(depth + 1)
        return
      case 116:
        return this.binary()
      default:
        throw new MalformedUpdate(`unknown value type ${type}`)
    }
  }

  /** lib0 writes six bits and a sign first, then seven bits a byte. */
  private signedNumber(): void {
    let value = this.byte()
    if ((value & 128) === 0) return
    let scale = 64
    let sum = value & 63
    for (;;) {
      value = this.byte()
      sum += (value & 127) * scale
      scale *= 128
      if (value < 128) break
      if (sum > Number.MAX_SAFE_INTEGER) throw new MalformedUpdate('number too large')
    }
    if (sum > Number.MAX_SAFE_INTEGER) throw new MalformedUpdate('number too large')
  }
}

/** Strict UTF-8, as a fatal TextDecoder reads it: no overlong forms, no surrogates, nothing above U+10FFFF. */
function utf16Length(bytes: Uint8Array, from: number, to: number): number {
  let length = 0
  let position = from
  while (position < to) {
    const lead = bytes[position] as number
    if (lead < 0x80) {
      position++
      length++
      continue
    }
    const following = followingBytes(lead)
    if (following === 0 || position + following >= to) throw new MalformedUpdate('not UTF-8')
    const second = bytes[position + 1] as number
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (second < low || second > high) throw new MalformedUpdate('not UTF-8')
    for (let k = 2; k <= following; k++) {
      if (((bytes[position + k] as number) & 0xc0) !== 0x80) throw new MalformedUpdate('not UTF-8')
    }
    position += following + 1
    length += following === 3 ? 2 : 1
  }
  return length
}

/** How many bytes follow this first one; 0 where none may be first. */
function followingBytes(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1
  if (lead >= 0xe0 && lead <= 0xef) return 2
  return lead >= 0xf0 && lead <= 0xf4 ? 3 : 0
}

function refuseBadJson(text: string): void {
  refuseDeepJson(text)
  try {
    JSON.parse(text)
  } catch {
    throw new MalformedUpdate('not JSON')
  }
}

/** JSON.parse takes any depth, but what others do with the value overflows their stacks. */
function refuseDeepJson(text: string): void {
  let depth = 0
  let inText = false
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index)
    if (inText) {
      if (character === 0x5c) index++
      else if (character === 0x22) inText = false
    } else if (character === 0x22) inText = true
    else if (character === 0x5b || character === 0x7b) {
      depth++
      if (depth > limits.nesting) throw new MalformedUpdate('nested too deep')
    } else if (character === 0x5d || character === 0x7d) depth--
  }
}
