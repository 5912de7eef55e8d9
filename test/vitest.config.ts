import { defineConfig } from 'vitest/config'

const node = { environment: 'node' as const }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: 'unit',
          include: ['{architecture,client,contract,document,editor,protocol,sync}/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      { test: { ...node, name: 'server', include: ['{server,faults}/**/*.test.ts'], testTimeout: 120_000 } },
      {
        test: {
          ...node,
          name: 'browser',
          include: ['browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
})
