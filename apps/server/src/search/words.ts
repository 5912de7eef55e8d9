/**
 * What a text is made of, as it is searched: words in scripts that write spaces between them, and pairs of characters
 * in those that do not, so that any part of such a text is found.
 */
import { foldedText } from '../folded-text.ts'

export interface Word {
  /** As it is compared. Of a script without spaces: all that stands together. */
  readonly folded: string
  readonly isSpaced: boolean
  /** Where it stands, in UTF-16 units. */
  readonly from: number
  readonly to: number
}

/** By extension, which ー and 々 need; but not of the last four: they have accents of other scripts among them. */
const unspaced =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}'
/** With its accents and other marks, which are of the script of what they stand on. */
const letter = '[\\p{L}\\p{N}]\\p{M}*'
const pattern = new RegExp(`(?:(?=[${unspaced}])${letter})+|(?:(?![${unspaced}])${letter})+|\\p{M}+`, 'gu')
const isUnspaced = new RegExp(`^[${unspaced}]`, 'u')
/** Variation selectors say how the character before is drawn, are no part of a word, and follow emoji too. */
const noLetters = /[^\p{L}\p{N}\p{M}]|[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu

/** UTF-16 units of a word that count: what is longer is no word. */
const wordLength = 64

export function* wordsIn(text: string): Generator<Word> {
  for (const found of text.matchAll(pattern)) {
    const [word] = found
    const isSpaced = !isUnspaced.test(word)
    const folded = foldedWord(word)
    const to = found.index + word.length
    if (folded !== '')
      yield { folded: isSpaced ? folded.slice(0, wordLength) : folded, isSpaced, from: found.index, to }
  }
}

/** As it is compared. */
export function foldedWord(word: string): string {
  return foldedText(word).replace(noLetters, '')
}

/** As a word stands in the index, in order: a pair begins at each character but the last, which stands alone. */
export function tokensOf({ folded, isSpaced }: Pick<Word, 'folded' | 'isSpaced'>): readonly string[] {
  if (isSpaced) return [folded]
  const characters = [...folded]
  return characters.map((character, index) => character + (characters[index + 1] ?? ''))
}

export function tokensIn(text: string): string[] {
  return [...wordsIn(text)].flatMap(tokensOf)
}
