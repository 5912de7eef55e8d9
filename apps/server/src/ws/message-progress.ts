/**
 * Follows where messages begin and end in the bytes of one client. ws tells of complete messages only; one that
 * is never completed holds memory, and only this shows how much and whether it grows.
 *
 * There is one for every connection, so it is a few numbers.
 */
export class MessageProgress {
  /** Of the frame's header: how much has come, how much there is, where the length in it ends, and what it says so far. */
  #headerHas = 0
  #headerNeeds = 0
  #lengthEnds = 0
  #flags = 0
  #length = 0
  /** Bytes of the frame's payload still to come. */
  #payload = 0
  #isFragmented = false
  #received = 0
  #start = 0
  #begun = 0

  /** Bytes that came since the unfinished message began, whatever was between them. 0: nothing is unfinished. */
  get unfinished(): number {
    return this.#isIdle ? 0 : this.#received - this.#start
  }

  /** Messages and control frames begun so far: the same number later means the same message. */
  get begun(): number {
    return this.#begun
  }

  /** What the network brought, in order. Keeps none of it. */
  feed(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#isIdle) {
        this.#start = this.#received + at
        this.#begun += 1
      }
      if (this.#payload > 0) {
        const taken = Math.min(this.#payload, chunk.length - at)
        this.#payload -= taken
        at += taken
      } else {
        this.#readHeader(chunk[at] ?? 0)
        at += 1
      }
    }
    this.#received += chunk.length
  }

  get #isIdle(): boolean {
    return this.#headerHas === 0 && this.#payload === 0 && !this.#isFragmented
  }

  #readHeader(byte: number): void {
    this.#headerHas += 1
    if (this.#headerHas === 1) {
      this.#flags = byte
      return
    }
    if (this.#headerHas === 2) {
      const short = byte & 0x7f
      const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
      const mask = (byte & 0x80) === 0 ? 0 : 4
      this.#headerNeeds = 2 + lengthBytes + mask
      this.#lengthEnds = 2 + lengthBytes
      this.#length = lengthBytes === 0 ? short : 0
    } else if (this.#headerHas <= this.#lengthEnds) {
      this.#length = this.#length * 256 + byte
    }
    if (this.#headerHas === this.#headerNeeds) this.#headerEnds()
  }

  #headerEnds(): void {
    const isControl = (this.#flags & 0x08) !== 0
    const isLast = (this.#flags & 0x80) !== 0
    if (!isControl) this.#isFragmented = !isLast
    this.#payload = this.#length
    this.#headerHas = 0
  }
}
