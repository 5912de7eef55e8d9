/** Every adapter runs the suites of the log, and of what becomes of it. */
import { historySuite } from './history.ts'
import { storages } from './storages.ts'
import { updateLogSuite } from './update-log.ts'

for (const adapter of storages) {
  updateLogSuite(adapter)
  historySuite(adapter)
}
