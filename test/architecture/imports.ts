/** Who imports whom, type imports counted. */
import path from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { partOf, type SourceFile } from './tree.ts'

export interface Import {
  readonly from: string
  /** A path from the root for what is ours, `npm:yjs` or `node:fs` for what is not. */
  readonly to: string
  /** As it is written. */
  readonly specifier: string
}

/** Where the name of each workspace package leads; a subpath `x` to `src/x.ts`. */
const workspace: Readonly<Record<string, string>> = {
  '@weft/client': 'packages/client',
  '@weft/document': 'packages/document',
  '@weft/editor': 'packages/editor',
  '@weft/protocol': 'packages/protocol',
  '@weft/server': 'apps/server',
  '@weft/sync': 'packages/sync',
}

export function importsOf(file: SourceFile): readonly Import[] {
  return [...new Set(specifiersOf(file))].map((specifier) => ({
    from: file.path,
    to: target(file.path, specifier),
    specifier,
  }))
}

function specifiersOf(file: SourceFile): readonly string[] {
  const { module, program } = parseSync(file.path, file.text)
  const found = [
    ...module.staticImports.map((statement) => statement.moduleRequest.value),
    ...module.staticExports.flatMap((statement) =>
      statement.entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
    ),
  ]
  const visitor = new Visitor({
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') found.push(source.value)
    },
    TSImportType: ({ source }) => {
      found.push(source.value)
    },
    // What a thread runs: `new URL('./worker.ts', import.meta.url)`.
    NewExpression: ({ callee, arguments: [first] }) => {
      const isUrl = callee.type === 'Identifier' && callee.name === 'URL'
      if (!isUrl || first?.type !== 'Literal' || typeof first.value !== 'string') return
      if (/^\..*\.tsx?$/.test(first.value)) found.push(first.value)
    },
  })
  visitor.visit(program)
  return found
}

function target(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(from), specifier)
  if (specifier.startsWith('node:')) return specifier
  const [, name = specifier, rest] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(specifier) ?? []
  const folder = workspace[name]
  if (folder === undefined) return `npm:${name}`
  if (rest !== undefined) return `${folder}/src/${rest}.ts`
  return folder === 'apps/server' ? 'apps/server/src/server.ts' : `${folder}/src/index.ts`
}

/** Every way around in a circle, each once, as the files it passes. */
export function cycles(imports: readonly Import[]): readonly (readonly string[])[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to])
  const found: string[][] = []
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]) => {
    const start = trail.indexOf(file)
    if (start >= 0) {
      found.push([...trail.slice(start), file])
      return
    }
    if (done.has(file)) return
    for (const to of next.get(file) ?? []) visit(to, [...trail, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return found
}

export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

/** What each part may import besides itself. `npm:*`: any library, `node:*`: Node's own modules. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': ['npm:lib0', 'npm:zod', 'npm:@hono/zod-openapi'],
  'packages/sync': ['packages/protocol', 'npm:yjs', 'npm:y-protocols', 'npm:lib0'],
  'packages/document': ['packages/protocol', 'npm:yjs', 'npm:lib0', 'npm:@sanity/diff-match-patch'],
  'packages/editor': [
    'packages/protocol',
    ...['yjs', 'y-protocols', 'y-websocket', 'y-codemirror.next', 'lib0', 'idb'].map((name) => `npm:${name}`),
    ...['codemirror', '@codemirror/*', '@lezer/*'].map((name) => `npm:${name}`),
  ],
  'packages/client': ['packages/protocol'],
  'apps/server': ['packages/protocol', 'packages/sync', 'packages/document', 'npm:*', 'node:*'],
  'apps/web': ['packages/protocol', 'packages/client', 'packages/editor', 'npm:*'],
  'apps/cli': ['packages/protocol', 'packages/client', 'packages/document', 'npm:*', 'node:*'],
}

/** Apart from the index: it brings the schemas' library, which threads that speak no HTTP do without. */
const routes = 'packages/protocol/src/routes.ts'

interface Rule {
  readonly name: string
  readonly breaks: (edge: Import) => boolean
}

const rules: readonly Rule[] = [
  {
    name: 'packages never import apps',
    breaks: ({ from, to }) => from.startsWith('packages/') && to.startsWith('apps/'),
  },
  {
    name: 'a part imports only what its row in the table allows',
    breaks: ({ from, to }) => {
      const part = partOf(from)
      if (partOf(to) === part || (to.startsWith('node:') && part.startsWith('apps/'))) return false
      return !(allowed[part] ?? []).some((pattern) =>
        matches(pattern, to.startsWith('npm:') ? to : partOf(to)),
      )
    },
  },
  {
    name: 'another package only through its index',
    breaks: ({ from, to }) =>
      partOf(to) !== partOf(from) &&
      /^(?:apps|packages)\//.test(to) &&
      to !== `${partOf(to)}/src/index.ts` &&
      to !== routes,
  },
  {
    name: 'relative imports stay in their own part',
    breaks: ({ from, to, specifier }) => specifier.startsWith('.') && partOf(from) !== partOf(to),
  },
  {
    name: 'http/ and ws/ do not know each other',
    breaks: ({ from, to }) =>
      (inServer('http', from) && inServer('ws', to)) || (inServer('ws', from) && inServer('http', to)),
  },
  {
    name: 'only main.ts names an adapter',
    breaks: ({ from, to }) =>
      from !== 'apps/server/src/main.ts' &&
      ['storage', 'bus'].some((folder) => inServer(folder, to) && !inServer(folder, from)) &&
      to !== 'apps/server/src/storage/storage.ts',
  },
  {
    name: 'nothing imports main.ts',
    breaks: ({ to }) => /^apps\/[^/]+\/src\/main\.tsx?$/.test(to),
  },
]

export function violations(imports: readonly Import[]): readonly Violation[] {
  return imports.flatMap((edge) =>
    rules
      .filter((rule) => rule.breaks(edge))
      .map((rule) => ({ rule: rule.name, from: edge.from, to: edge.to })),
  )
}

export const ruleNames = rules.map((rule) => rule.name)

function inServer(folder: string, at: string): boolean {
  return at.startsWith(`apps/server/src/${folder}/`)
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
}
