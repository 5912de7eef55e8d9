/**
 * A text as it is compared: without case and without look-alike forms, in every script. SQLite folds ASCII only, so
 * folded titles are stored, and search folds by itself. Change this only together with a migration that folds all
 * titles again, and a new version of the search index.
 */
export function foldedText(text: string): string {
  // Upper case first: it spells out ß as SS and joins ς with Σ. Lower case then still makes a ς at the end of words.
  // It leaves ẞ, which becomes ß, and makes two characters of İ, of which whoever looks for it writes one.
  const lower = text.normalize('NFKC').toUpperCase().toLowerCase()
  const oneCase = lower.replaceAll('ς', 'σ').replaceAll('ß', 'ss').replaceAll('i\u0307', 'i')
  return oneCase.normalize('NFKC')
}
