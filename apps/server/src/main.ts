/**
 * The composition root: settings → adapters → server → signals. The only file that reads the environment, names an
 * adapter, prints to people, or ends the process.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StorageFailure } from '@weft/sync'
import { isLoopback } from './access.ts'
import { localBus } from './bus/local.ts'
import { realTimers } from './clock.ts'
import { type Config, type ConfigOutcome, readConfig } from './config.ts'
import { startDocumentWorker } from './documents-in-worker.ts'
import { freshGuestKey, openGuestKey } from './identity.ts'
import { type InspectCommand, inspectionText, parseInspect, salvaged } from './inspect.ts'
import { type Logger, openLog, reporterTo } from './log.ts'
import { openSearch } from './search/sqlite-search.ts'
import { type RunningServer, startServer } from './server.ts'
import { openMemory } from './storage/memory.ts'
import { openSqlite } from './storage/sqlite.ts'
import { inspectSqlite } from './storage/sqlite-inspection.ts'
import type { Storage } from './storage/storage.ts'

const command = parseInspect(process.argv.slice(2))
const words = command === null || typeof command === 'string' ? process.argv.slice(2) : command.rest
const outcome = typeof command === 'string' ? refusedBecause(command) : readConfig(words, process.env)
switch (outcome.type) {
  case 'help':
    console.log(outcome.text)
    break
  case 'refused':
    console.error(`Weft does not start: ${outcome.reason}`)
    process.exitCode = 2
    break
  case 'config':
    if (command === null || typeof command === 'string') await run(outcome.config)
    else await inspect(command, outcome.config)
}

async function inspect({ document, salvage }: InspectCommand, { data }: Config): Promise<void> {
  try {
    const found = inspectSqlite(data, document)
    if (found === null) throw new RangeError(`There is no document ${document} in ${data}.`)
    console.log(inspectionText(found))
    if (salvage !== null) {
      // Never over a file that is there.
      await writeFile(salvage, salvaged(found), { flag: 'wx' })
      console.log(`Revision ${found.intact.upTo} is in ${salvage}.`)
    }
    process.exitCode = found.faults.length === 0 ? 0 : 3
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

function refusedBecause(reason: string): ConfigOutcome {
  return { type: 'refused', reason }
}

async function run(config: Config): Promise<void> {
  const log = openLog(config.logLevel)
  let opened: { readonly server: RunningServer; readonly storage: Storage }
  try {
    opened = await open(config, log)
  } catch (error) {
    log.debug({ err: error }, 'did not start')
    console.error(`Weft does not start: ${reasonOf(error, config)}`)
    process.exit(1)
  }
  const { server, storage } = opened
  endOnSignals(server, log)
  void storage.failed.then((failure) => endAfter(failure, server, log))
  console.log(greeting(server, config))
}

async function open(config: Config, log: Logger) {
  const timers = realTimers
  const forgets = config.storage === 'memory'
  const quotas = {
    documents: config.maxDocuments,
    documentsPerActor: config.maxDocumentsPerActor,
    bytes: config.maxBytes,
  }
  const storage = forgets
    ? openMemory({ quotas })
    : await openSqlite({ folder: config.data, timers, reporter: reporterTo(log), quotas })
  try {
    const guestKey = forgets ? freshGuestKey() : await openGuestKey(config.data)
    const worker = startDocumentWorker({ timers })
    const webFolder = fileURLToPath(new URL('../../web/dist', import.meta.url))
    const bus = localBus()
    const search = await openSearch(forgets ? ':memory:' : join(config.data, 'search.sqlite'))
    const deps = { storage, worker, search, bus, timers, log, guestKey, webFolder }
    const server = await startServer(deps, { ...config, bounds: config })
    return { server, storage }
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** The first signal drains; the second ends at once. What nobody foresaw drains too, and says so by its exit code. */
function endOnSignals(server: RunningServer, log: Logger): void {
  let ending = false
  const end = (code: number) => {
    if (ending) process.exit(code === 0 ? 130 : code)
    ending = true
    server.close().then(
      () => process.exit(code),
      (error: unknown) => {
        log.fatal({ err: error }, 'did not end well')
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(0))
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event)
      end(1)
    })
  }
}

/** Only a new start can tell what the disk holds, so this process ends, and whoever supervises it starts the next. */
async function endAfter(failure: StorageFailure, server: RunningServer, log: Logger): Promise<void> {
  log.fatal({ err: failure }, 'the storage failed')
  await server.abandon()
  process.exit(1)
}

function reasonOf(error: unknown, { host, port }: Config): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'EADDRINUSE') {
    return `port ${port} of ${host} is in use. Stop what uses it, or choose another with PORT or --port.`
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is not an address of this machine. Choose another with HOST or --host.`
  }
  if (code === 'EACCES') return `this user may not take port ${port}. Choose another with PORT or --port.`
  return error instanceof Error ? error.message : String(error)
}

function greeting({ url }: RunningServer, { host, data, storage }: Config): string {
  const body = `'{"title":"Hello","content":"# Hello\\n"}'`
  const lines = [
    'Weft is ready',
    `  Address   ${url}`,
    `  Data      ${storage === 'memory' ? 'in memory: gone when Weft stops' : data}`,
    `  Try       curl -s -X POST ${url}/api/v1/documents -H 'content-type: application/json' -d ${body}`,
  ]
  const warning = `  Warning   ${host} is not loopback: anyone who reaches this address may read and write`
  return (isLoopback(host) ? lines : [...lines, warning]).join('\n')
}
