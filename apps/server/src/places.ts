/** Bounds how many connections there are, in all and for one key: an address, an actor, a document. */

/** Gives the place back. A second call does nothing. */
export type Release = () => void

export interface Places {
  readonly taken: number
  /** `null`: full. A key of `null` counts in all only. */
  take(key: string | null): Release | null
}

export function places(inAll: number, perKey: number): Places {
  const takenBy = new Map<string, number>()
  let taken = 0

  const giveBack = (key: string) => {
    const left = (takenBy.get(key) ?? 1) - 1
    if (left === 0) takenBy.delete(key)
    else takenBy.set(key, left)
  }

  return {
    get taken() {
      return taken
    },
    take(key) {
      const own = key === null ? 0 : (takenBy.get(key) ?? 0)
      if (taken >= inAll || own >= perKey) return null
      taken += 1
      if (key !== null) takenBy.set(key, own + 1)
      let released = false
      return () => {
        if (released) return
        released = true
        taken -= 1
        if (key !== null) giveBack(key)
      }
    },
  }
}

/** All of these places or none. */
export function takeAll(wanted: readonly (readonly [Places, string | null])[]): Release | null {
  const taken: Release[] = []
  const giveBack = () => {
    for (const release of taken) release()
  }
  for (const [table, key] of wanted) {
    const release = table.take(key)
    if (release === null) {
      giveBack()
      return null
    }
    taken.push(release)
  }
  return giveBack
}
