export { type ChangeSummary, type SummaryBounds, summaryOf } from './change-summary.ts'
export { changesBetween } from './changes-between.ts'
export { contentOf, contentUpdate, foldUpdates, IncompleteUpdates } from './content.ts'
export {
  type Edit,
  type Misfit,
  type MisfitReason,
  type ResolvedEdits,
  resolveEdits,
} from './edits.ts'
export { type FollowedText, followText, type ToldChange } from './followed-text.ts'
export { lineAt, lineRange, type Place } from './lines.ts'
export { rewriteLinks } from './links.ts'
export { type ChooseClient, type ContentEdit, type OpenContent, openContent } from './open-content.ts'
export { type FoundSection, findSection, type Heading, headingsOf, type Section } from './sections.ts'
export { filledTemplate, type TemplateValues } from './template.ts'
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
