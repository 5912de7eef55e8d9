/** All scenarios, in the order in which they run. */
import type { Scenario } from './scenario.ts'
import { coldOpen } from './scenarios/cold-open.ts'
import { idleCrowd, idleRooms } from './scenarios/idle.ts'
import { compression, joining, rejoining } from './scenarios/joining.ts'
import { libraryScenario } from './scenarios/library.ts'
import { loadedDocument } from './scenarios/loaded-document.ts'
import { mutatedUpdates } from './scenarios/mutated-updates.ts'
import { receipts } from './scenarios/receipts.ts'
import { saturation } from './scenarios/saturation.ts'
import { stalledReader } from './scenarios/stalled-reader.ts'
import { typingScenarios } from './scenarios/typing.ts'
import { writing } from './scenarios/writing.ts'

export const scenarios: readonly Scenario[] = [
  ...typingScenarios,
  saturation,
  joining,
  rejoining,
  compression,
  idleCrowd,
  idleRooms,
  loadedDocument,
  coldOpen,
  stalledReader,
  receipts,
  writing,
  mutatedUpdates,
  libraryScenario,
]
