import { contentUpdate } from '@weft/document'
import { packUpdates } from '@weft/server/document-tasks'
import { openDocuments } from '@weft/server/open-documents'
import { describe, expect, it } from 'vitest'

const mebibyte = 1024 * 1024

describe('documents that stay open', () => {
  const source = (key: string, after: number, bytes: number) => ({
    ...{ key, after, upTo: after + 1 },
    updates: packUpdates([contentUpdate('x'.repeat(bytes))]),
  })

  it('are closed when they have grown too large since they were opened', () => {
    const documents = openDocuments()
    const isOpen = (after: number, bytes: number) =>
      documents.use(source('a', after, bytes), ({ text }) => text.length)
    expect(isOpen(0, mebibyte)).toMatchObject({ isOpen: true })
    expect(isOpen(1, mebibyte)).toMatchObject({ value: 2 * mebibyte, isOpen: true })
    expect(isOpen(2, 2 * mebibyte)).toMatchObject({ value: 4 * mebibyte, isOpen: false })
    expect(isOpen(3, 1)).toEqual({ type: 'closed' })
  })

  it('make room for what others have grown', () => {
    const documents = openDocuments()
    const use = (key: string, after: number, bytes: number) =>
      documents.use(source(key, after, bytes), ({ text }) => text.length)
    use('a', 0, 1.5 * mebibyte)
    use('b', 0, 1.5 * mebibyte)
    expect(use('b', 1, 2 * mebibyte)).toMatchObject({ isOpen: true })
    expect(use('a', 1, 1)).toEqual({ type: 'closed' })
  })
})
