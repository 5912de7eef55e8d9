/** Documents that look like what people write: words as often as words are, titles, tags, folders; the same each time. */
import { random } from '../../support/random.ts'

export interface LibraryDocument {
  readonly title: string
  readonly text: string
  readonly tags: readonly string[]
  /** Which of the folders; `null`: in none. */
  readonly folder: number | null
}

export const folderCount = 100

const vocabularySize = 40_000
const wordsPerDocument = 780
const syllables = [
  ...['ba', 'be', 'cor', 'da', 'del', 'en', 'fer', 'ga', 'hin', 'in', 'ka', 'lo', 'ma', 'men', 'na', 'or'],
  ...['pan', 'qui', 'ra', 'ser', 'ta', 'ter', 'u', 'ver', 'wo', 'xi', 'yn', 'zu', 'sch', 'ing', 'tion', 'ly'],
]
const tags = Array.from({ length: 50 }, (_, number) => `tag-${number}`)

export interface Library {
  readonly vocabulary: readonly string[]
  /** The most used words come first. */
  documents(count: number): Generator<LibraryDocument>
}

export function library(seed: number): Library {
  const dice = random(seed)
  const words = new Set<string>()
  while (words.size < vocabularySize) {
    const length = 1 + dice.below(4)
    words.add(Array.from({ length }, () => dice.pick(syllables)).join(''))
  }
  const vocabulary = [...words]
  // Of n words the one in place r is met as often as 1/r: Zipf's law.
  const word = () => vocabulary[Math.floor(Math.exp(dice.next() * Math.log(vocabularySize))) - 1] ?? 'a'
  const sentence = (length: number) => Array.from({ length }, word).join(' ')

  function one(): LibraryDocument {
    const title = sentence(2 + dice.below(4))
    const paragraphs = Array.from({ length: 12 }, () => sentence(wordsPerDocument / 12))
    return {
      title,
      text: `# ${title}\n\n${paragraphs.join('.\n\n')}.\n`,
      tags: [...new Set([dice.pick(tags), dice.pick(tags)])].sort(),
      folder: dice.chance(0.5) ? dice.below(folderCount) : null,
    }
  }

  return {
    vocabulary,
    *documents(count) {
      for (let made = 0; made < count; made++) yield one()
    },
  }
}
