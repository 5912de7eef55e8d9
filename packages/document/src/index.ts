export { changesBetween } from './changes-between.ts'
export { contentOf, contentUpdate, foldUpdates, IncompleteUpdates } from './content.ts'
export { type ClientIdOf, type ContentEdit, editContent, mergeEdits } from './content-edit.ts'
export {
  type ChangeSummary,
  type Edit,
  type Misfit,
  type MisfitReason,
  type ResolvedEdits,
  resolveEdits,
  summaryOf,
} from './edits.ts'
export { type FollowedText, followText, type ToldChange } from './followed-text.ts'
export { lineRange, type Place } from './lines.ts'
export { type FoundSection, findSection, type Heading, headingsOf, type Section } from './sections.ts'
export { applyChanges, type TextChange } from './text-change.ts'
export { titleOf } from './title.ts'
export {
  type Hunk,
  type HunkPart,
  MalformedDiff,
  parseDiff,
  resolveDiff,
  unifiedDiff,
} from './unified-diff.ts'
