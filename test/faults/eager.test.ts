import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { killLoop } from '../support/kill-loop.ts'

const entry = fileURLToPath(new URL('./eager-server.ts', import.meta.url))

test('a server that gives receipts before the commit loses edits, and the kill loop sees it', async () => {
  const outcome = await killLoop({ cycles: 10, seed: 7, entry, untilLoss: true })
  expect(outcome.receipted).toBeGreaterThan(0)
  expect(outcome.lost.length).toBeGreaterThan(0)
})
