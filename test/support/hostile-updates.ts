/** Updates that no Yjs makes, by hand. */
import * as encoding from 'lib0/encoding'

type Write = (encoder: encoding.Encoder) => void

function written(write: Write): Uint8Array {
  const encoder = encoding.createEncoder()
  write(encoder)
  return encoding.toUint8Array(encoder)
}

const numbers =
  (...values: number[]): Write =>
  (encoder) => {
    for (const value of values) encoding.writeVarUint(encoder, value)
  }

/** One struct of one client that puts `content` into a root. `type` is Yjs' number of the content. */
function oneStruct(root: string, type: number, content: Write): Uint8Array {
  return written((encoder) => {
    numbers(1, 1, 12, 0)(encoder)
    encoding.writeUint8(encoder, type)
    numbers(1)(encoder)
    encoding.writeVarString(encoder, root)
    content(encoder)
    numbers(0)(encoder)
  })
}

/** Claims that many structs and brings none. */
export function structBomb(count: number): Uint8Array {
  return written(numbers(1, count, 12, 0))
}

/** Claims that many clients and brings none. */
export function clientBomb(count: number): Uint8Array {
  return written(numbers(count))
}

/** One collected struct of one clock for each of so many clients, from `first` on. */
export function manyClients(count: number, first = 1_000_000): Uint8Array {
  return written((encoder) => {
    numbers(count)(encoder)
    for (let index = 0; index < count; index++) {
      numbers(1, first + index, 0)(encoder)
      encoding.writeUint8(encoder, 0)
      numbers(1)(encoder)
    }
    numbers(0)(encoder)
  })
}

/** A text of `length` letters of which every second one is deleted by a range of its own. */
export function manyDeletes(client: number, length: number): Uint8Array {
  return written((encoder) => {
    numbers(1, 1, client, 0)(encoder)
    encoding.writeUint8(encoder, 4)
    numbers(1)(encoder)
    encoding.writeVarString(encoder, 'content')
    encoding.writeVarString(encoder, 'x'.repeat(length))
    numbers(1, client, length / 2)(encoder)
    for (let at = 0; at < length; at += 2) numbers(at, 1)(encoder)
  })
}

/** Arrays in arrays, as a value of a Y.Array called `list`. */
export function deepAny(depth: number): Uint8Array {
  return oneStruct('list', 8, (encoder) => {
    numbers(1)(encoder)
    for (let level = 0; level < depth; level++) {
      encoding.writeUint8(encoder, 117)
      numbers(1)(encoder)
    }
    encoding.writeUint8(encoder, 126)
  })
}

/** Arrays in arrays, as the JSON of an embed. */
export function deepEmbed(depth: number, root = 'content'): Uint8Array {
  return oneStruct(root, 5, (encoder) => {
    encoding.writeVarString(encoder, `${'['.repeat(depth)}${']'.repeat(depth)}`)
  })
}

export function unknownContent(type: number): Uint8Array {
  return oneStruct('content', type, numbers(1))
}

/** Deletes what nobody has written yet. */
export function futureDelete(client: number): Uint8Array {
  return written(numbers(0, 1, client, 1, 5_000, 100))
}

/** Refers to what its own section of that client does not bring: 27 bytes. */
export function beyondItsEnd(client: number, other: number): Uint8Array {
  return written((encoder) => {
    numbers(2)(encoder)
    numbers(1, client, 0)(encoder)
    encoding.writeUint8(encoder, 0x80 | 4)
    numbers(other, 9)(encoder)
    encoding.writeVarString(encoder, 'x')
    numbers(1, other, 0)(encoder)
    encoding.writeUint8(encoder, 4)
    numbers(1)(encoder)
    encoding.writeVarString(encoder, 'content')
    encoding.writeVarString(encoder, 'abc')
    numbers(0)(encoder)
  })
}

/** Yjs reads `undefined` among old arrays' values, and nowhere else. */
export function undefinedFormat(): Uint8Array {
  return oneStruct('content', 6, (encoder) => {
    encoding.writeVarString(encoder, 'bold')
    encoding.writeVarString(encoder, 'undefined')
  })
}

export function undefinedEmbed(root: string): Uint8Array {
  return oneStruct(root, 5, (encoder) => encoding.writeVarString(encoder, 'undefined'))
}

/** Yjs takes the options of a subdocument for an object. */
export function subdocumentWithout(options: null | undefined): Uint8Array {
  return oneStruct('map', 9, (encoder) => {
    encoding.writeVarString(encoder, 'guid')
    encoding.writeAny(encoder, options)
  })
}

/** A hole where a client's first structs should be. */
export function skipped(client: number): Uint8Array {
  return written((encoder) => {
    numbers(1, 2, client, 0)(encoder)
    encoding.writeUint8(encoder, 10)
    numbers(5)(encoder)
    encoding.writeUint8(encoder, 0)
    numbers(1)(encoder)
    numbers(0)(encoder)
  })
}

/** A state vector of that many clients. */
export function largeStateVector(count: number): Uint8Array {
  return written((encoder) => {
    numbers(count)(encoder)
    for (let index = 0; index < count; index++) numbers(1_000_000 + index, 7)(encoder)
  })
}
