export { contentOf, contentUpdate, foldUpdates, IncompleteUpdates } from './content.ts'
export { titleOf } from './title.ts'
