/** Zip archives made by hand, so that they may lie. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly path: string | Uint8Array
  readonly content?: string | Uint8Array
  /** Left out: stored as it is. */
  readonly deflated?: boolean
  /** Bit 11 says that the name is UTF-8; left out: it does. */
  readonly flags?: number
  /** Unix mode, as in a link. */
  readonly mode?: number
  /** What the archive says instead of the truth. */
  readonly saysBytes?: number
  readonly saysChecksum?: number
}

const utf8 = 0x800

export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.path)
    const content = Buffer.from(entry.content ?? '')
    const packed = entry.deflated === true ? deflateRawSync(content) : content
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(entry.flags ?? utf8, 2)
    head.writeUInt16LE(entry.deflated === true ? 8 : 0, 4)
    head.writeUInt32LE(entry.saysChecksum ?? crc32(content), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(entry.saysBytes ?? content.length, 18)
    head.writeUInt16LE(name.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6)
    place.writeUInt32LE(offset, 10)
    const local = [Buffer.from('PK\x03\x04'), head, name, packed]
    parts.push(...local)
    directory.push(Buffer.from('PK\x01\x02\x14\x03'), head, place, name)
    offset += local.reduce((sum, part) => sum + part.length, 0)
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}
