import type { ImportRecord, ImportStore } from './imports.ts'
import type { Passage } from './memory-passage.ts'

export function memoryImports(passage: Passage): ImportStore {
  const records = new Map<string, ImportRecord>()
  return {
    save(record) {
      const copy = structuredClone(record)
      return passage.write(() => void records.set(record.id, copy))
    },
    get: (id) => passage.read(() => records.get(id) ?? null),
    remove: (id) => passage.write(() => void records.delete(id)),
    interrupt: (at) =>
      passage.write(() => {
        for (const record of records.values())
          if (record.endedAt === null)
            records.set(record.id, { ...record, state: 'interrupted', endedAt: at })
      }),
    forget: (before) =>
      passage.write(() => {
        for (const { id, endedAt } of records.values())
          if (endedAt !== null && endedAt < before) records.delete(id)
      }),
  }
}
