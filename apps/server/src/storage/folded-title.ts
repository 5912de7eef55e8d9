/**
 * A title as search compares it: without case and without look-alike forms, in every script. SQLite folds ASCII
 * only, so the folded title is stored. Change this only together with a migration that folds all titles again.
 */
export function foldedTitle(title: string): string {
  // Upper case first: it spells out ß as SS and joins ς with Σ. Lower case then still makes a ς at the end of words.
  const oneCase = title.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
  return oneCase.normalize('NFKC')
}
