/** Every adapter runs every suite of its port; those of the log are in log-adapters.test.ts. */
import { localBus } from '@weft/server/bus/local'
import { answersSuite } from './answers.ts'
import { attachmentSuite } from './attachments.ts'
import { busSuite } from './bus.ts'
import { deliveriesSuite } from './deliveries.ts'
import { documentStoreSuite } from './document-store.ts'
import { eventsSuite } from './events.ts'
import { foldersSuite } from './folders.ts'
import { importSuite } from './imports.ts'
import { organisingSuite } from './organising.ts'
import { storageSuite } from './storage.ts'
import { storages } from './storages.ts'
import { webhooksSuite } from './webhooks.ts'

for (const adapter of storages) {
  documentStoreSuite(adapter)
  eventsSuite(adapter)
  webhooksSuite(adapter)
  deliveriesSuite(adapter)
  foldersSuite(adapter)
  organisingSuite(adapter)
  attachmentSuite(adapter)
  importSuite(adapter)
  storageSuite(adapter)
  answersSuite(adapter)
}

busSuite('local', localBus)
