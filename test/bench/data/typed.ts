/** What people really typed, step by step; or, where the recordings are not at hand, what somebody might have. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { random } from '../../support/random.ts'

/** At a position, so many characters go and these come. */
type Patch = readonly [position: number, deleted: number, inserted: string]

export interface Typed {
  readonly name: string
  readonly startContent: string
  readonly patches: readonly Patch[]
}

const recordings = ['automerge-paper', 'sveltecomponent', 'json-crdt-blog-post'] as const

/** The recordings beside the repository, the longest first: 259,778 edits of one paper. */
export function typed(): { readonly source: string; readonly texts: readonly Typed[] } {
  const files = recordings.map((name) => ({
    name,
    file: fileURLToPath(new URL(`../../../../shared/traces/${name}.json.gz`, import.meta.url)),
  }))
  if (!files.every(({ file }) => existsSync(file))) {
    return { source: 'generated typing', texts: [generated(1, 259_778), generated(2, 20_000)] }
  }
  return {
    source: 'recorded typing (josephg/editing-traces)',
    texts: files.map(({ name, file }) => recorded(name, file)),
  }
}

function recorded(name: string, file: string): Typed {
  const { startContent = '', txns } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
    readonly startContent?: string
    readonly txns: readonly { readonly patches: readonly Patch[] }[]
  }
  return { name, startContent, patches: txns.flatMap(({ patches }) => patches) }
}

/** Bursts of letters at a caret that jumps now and then, and one deletion in four edits. */
function generated(seed: number, count: number): Typed {
  const dice = random(seed)
  const patches: Patch[] = []
  let length = 0
  let caret = 0
  while (patches.length < count) {
    if (dice.chance(0.02)) caret = dice.below(length + 1)
    if (dice.chance(0.25) && caret > 0) {
      patches.push([caret - 1, 1, ''])
      caret -= 1
      length -= 1
    } else {
      patches.push([caret, 0, dice.pick([...'etaoin shrdlu\n'])])
      caret += 1
      length += 1
    }
  }
  return { name: `generated ${seed}`, startContent: '', patches }
}
