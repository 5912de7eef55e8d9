import { defineConfig } from 'vitest/config'
import { reporter } from './support/reporter.ts'

/** Proven over real sockets, which takes its time. */
const overSockets = ['protocol/rules-*.test.ts', 'editor/connection.test.ts']

export default defineConfig({
  test: {
    environment: 'node',
    reporters: ['default', reporter],
    // Yjs says so, rightly, whenever somebody else's messages come from one's own client id: fuzz does that all the time.
    onConsoleLog: (text) => !text.startsWith('[yjs] Changed the client-id'),
    // Groups run one after the other: quick answers first, and the browser has the machine to itself.
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{architecture,client,contract,document,editor,protocol,sync}/**/*.test.ts'],
          exclude: overSockets,
          testTimeout: 60_000,
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'server',
          include: ['server/**/*.test.ts', ...overSockets],
          testTimeout: 120_000,
          // Mostly waiting for disks, sockets and time to pass, so more than there are cores.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['faults/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Servers that are killed and started again, each as busy as its test.
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['browser/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
