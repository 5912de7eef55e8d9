/**
 * Whose a client id is: the actor's who first used it in this document, for good.
 *
 * Yjs believes whoever names a client id. An update that continues somebody else's would put words in their mouth,
 * or make all that they type next vanish, and no later sync repairs it.
 */
import type { ActorId } from '@weft/protocol'
import { ForeignClient } from './errors.ts'
import type { ClientOwners } from './ports.ts'
import type { Section } from './scan.ts'

export class Owners {
  readonly #owners: Map<number, ActorId>

  constructor(owners: ClientOwners) {
    this.#owners = new Map(owners)
  }

  /** A copy: what the log holds at this moment. */
  all(): ClientOwners {
    return new Map(this.#owners)
  }

  /** Takes new ids for `actor`. Throws {@link ForeignClient}, and takes none, if one is somebody else's. */
  claim(sections: readonly Section[], actor: ActorId): void {
    for (const { client } of sections) {
      const owner = this.#owners.get(client)
      if (owner !== undefined && owner !== actor)
        throw new ForeignClient(`client ${client} is not of ${actor}`)
    }
    this.learn(sections, actor)
  }

  /** From the log, where the first to come is the owner. */
  learn(sections: readonly Section[], actor: ActorId): void {
    for (const { client } of sections) if (!this.#owners.has(client)) this.#owners.set(client, actor)
  }
}
