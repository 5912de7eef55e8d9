/** Everything the pages ask about documents and do to them, over one cache. */
import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { DocumentKind, DocumentResource } from '@weft/protocol'
import { useEffect } from 'react'
import { client, isNotFound } from './client.ts'

interface DocumentPage {
  readonly documents: readonly DocumentResource[]
  readonly next: string | null
}

/** A document that people can write in; the others hold the data of programs. */
export type TextDocument = DocumentResource & { readonly kind: Exclude<DocumentKind, 'yjs'> }

export function hasText(document: DocumentResource): document is TextDocument {
  return document.kind !== 'yjs'
}

export interface ListFilter {
  readonly title?: string
  readonly trashed?: boolean
}

export interface NewDocument {
  readonly title?: string
  readonly kind?: DocumentKind
  readonly language?: string
  readonly content?: string
}

const lists = ['documents', 'list'] as const
const listKey = (filter: ListFilter) => [...lists, filter] as const
const documentKey = (id: string) => ['documents', 'one', id] as const

/** `data` is all documents that were loaded so far, newest first. */
export function useDocumentList(filter: ListFilter) {
  return useInfiniteQuery({
    queryKey: listKey(filter),
    queryFn: ({ pageParam }): Promise<DocumentPage> =>
      client.listDocuments({
        query: {
          ...(pageParam === null ? {} : { cursor: pageParam }),
          ...(filter.title === undefined ? {} : { title: filter.title }),
          ...(filter.trashed ? { trashed: 'true' } : {}),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    select: allOf,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
}

export function useDocument(id: string) {
  return useQuery({
    queryKey: documentKey(id),
    queryFn: (): Promise<DocumentResource> => client.getDocument({ params: { id } }),
    // A rename by somebody else shows within 15 s.
    refetchInterval: 15_000,
    retry: (failures, error) => !isNotFound(error) && failures < 2,
  })
}

/** Asks anew what the document is when something has happened to it, instead of at the next round. */
export function useDocumentRefresh(id: string, happened: boolean): void {
  const cache = useQueryClient()
  useEffect(() => {
    if (happened) void cache.invalidateQueries({ queryKey: documentKey(id) })
  }, [cache, id, happened])
}

export function useCreateDocument() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: NewDocument): Promise<DocumentResource> => client.createDocument({ body }),
    onSuccess: (document) => {
      cache.setQueryData(documentKey(document.id), document)
      return cache.invalidateQueries({ queryKey: lists })
    },
  })
}

interface DocumentChange {
  readonly id: string
  readonly title?: string
  readonly language?: string | null
}

/** Shows the change at once and takes it back when the server refuses it. */
export function useChangeDocument() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...body }: DocumentChange): Promise<DocumentResource> =>
      client.changeDocument({ params: { id }, body }),
    onMutate: async ({ id, ...change }) => {
      await cache.cancelQueries({ queryKey: documentKey(id) })
      const before = findDocument(cache, id)
      if (before !== undefined) replaceDocument(cache, { ...before, ...change })
      return { before }
    },
    onSuccess: (document) => replaceDocument(cache, document),
    onError: (_error, _change, context) => {
      if (context?.before !== undefined) replaceDocument(cache, context.before)
    },
  })
}

export function useTrashDocument() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (document: DocumentResource) => client.trashDocument({ params: { id: document.id } }),
    onSuccess: (_answer, { id }) => {
      removeFromLists(cache, id)
      cache.removeQueries({ queryKey: documentKey(id) })
      return cache.invalidateQueries({ queryKey: lists })
    },
  })
}

export function useRestoreDocument() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (document: DocumentResource): Promise<DocumentResource> =>
      client.restoreDocument({ params: { id: document.id } }),
    onSuccess: (document) => {
      removeFromLists(cache, document.id)
      cache.setQueryData(documentKey(document.id), document)
      return cache.invalidateQueries({ queryKey: lists })
    },
  })
}

type Lists = InfiniteData<DocumentPage>

/** One function for every render: its answer is the same object as long as the pages are. */
function allOf({ pages }: Lists): readonly DocumentResource[] {
  return pages.flatMap((page) => page.documents)
}

function findDocument(cache: QueryClient, id: string): DocumentResource | undefined {
  const single = cache.getQueryData<DocumentResource>(documentKey(id))
  if (single !== undefined) return single
  for (const [, list] of cache.getQueriesData<Lists>({ queryKey: lists })) {
    const found = list?.pages.flatMap((page) => page.documents).find((document) => document.id === id)
    if (found !== undefined) return found
  }
  return undefined
}

function replaceDocument(cache: QueryClient, document: DocumentResource): void {
  cache.setQueryData(documentKey(document.id), document)
  changeLists(cache, (documents) => documents.map((known) => (known.id === document.id ? document : known)))
}

function removeFromLists(cache: QueryClient, id: string): void {
  changeLists(cache, (documents) => documents.filter((document) => document.id !== id))
}

type Documents = readonly DocumentResource[]

function changeLists(cache: QueryClient, change: (documents: Documents) => Documents): void {
  cache.setQueriesData<Lists>({ queryKey: lists }, (list) =>
    list === undefined
      ? list
      : { ...list, pages: list.pages.map((page) => ({ ...page, documents: change(page.documents) })) },
  )
}
