/** What becomes of a file, by the ending of its name. */
import { posix } from 'node:path'
import type { DocumentKind } from '@weft/protocol'

/** `text`: a document of that kind; `html`: Markdown, after conversion; `yjs`: a document's state. */
export type FileFormat =
  | { readonly type: 'text'; readonly kind: DocumentKind; readonly language: string | null }
  | { readonly type: 'html' }
  | { readonly type: 'yjs' }

const markdown: FileFormat = { type: 'text', kind: 'markdown', language: null }
const plain: FileFormat = { type: 'text', kind: 'text', language: null }

const formats: Readonly<Record<string, FileFormat>> = {
  md: markdown,
  markdown,
  mdown: markdown,
  mkd: markdown,
  txt: plain,
  text: plain,
  log: plain,
  html: { type: 'html' },
  htm: { type: 'html' },
  xhtml: { type: 'html' },
  yjs: { type: 'yjs' },
}

/** The first ending of each is the one that an exported document gets. */
const endings: Readonly<Record<string, readonly string[]>> = {
  'c#': ['cs'],
  'c++': ['cpp', 'cc', 'cxx', 'hpp', 'hh'],
  c: ['c', 'h'],
  clojure: ['clj', 'cljs'],
  css: ['css'],
  csv: ['csv', 'tsv'],
  dart: ['dart'],
  dockerfile: ['dockerfile'],
  elm: ['elm'],
  erlang: ['erl'],
  go: ['go'],
  groovy: ['groovy', 'gradle'],
  haskell: ['hs'],
  java: ['java'],
  javascript: ['js', 'mjs', 'cjs'],
  json: ['json', 'jsonc', 'geojson'],
  jsx: ['jsx'],
  julia: ['jl'],
  kotlin: ['kt', 'kts'],
  latex: ['tex', 'sty'],
  less: ['less'],
  lua: ['lua'],
  perl: ['pl', 'pm'],
  php: ['php'],
  powershell: ['ps1'],
  'properties files': ['ini', 'properties', 'cfg', 'conf'],
  python: ['py'],
  r: ['r'],
  ruby: ['rb'],
  rust: ['rs'],
  sass: ['sass'],
  scala: ['scala'],
  scss: ['scss'],
  shell: ['sh', 'bash', 'zsh'],
  sql: ['sql'],
  swift: ['swift'],
  toml: ['toml'],
  tsx: ['tsx'],
  typescript: ['ts', 'mts', 'cts'],
  vue: ['vue'],
  xml: ['xml', 'xsl', 'xsd'],
  yaml: ['yaml', 'yml'],
}

const languageOf = new Map(
  Object.entries(endings).flatMap(([language, list]) => list.map((ending) => [ending, language] as const)),
)

/** A language's name as a document may store it: one that has a blank in it is none. */
const storable = /^[a-z0-9+#.-]+$/

/** `null`: no document; perhaps a picture or another file that one mentions. */
export function formatOf(path: string): FileFormat | null {
  const ending = endingOf(path)
  const format = Object.hasOwn(formats, ending) ? formats[ending] : undefined
  if (format !== undefined) return format
  const language = languageOf.get(ending)
  if (language === undefined) return null
  return { type: 'text', kind: 'code', language: storable.test(language) ? language : null }
}

/** What a file of such a document ends with, with its dot. */
export function endingFor(kind: DocumentKind, language: string | null): string {
  switch (kind) {
    case 'markdown':
      return '.md'
    case 'yjs':
      return '.yjs'
    case 'text':
      return '.txt'
    case 'code': {
      const [ending] = (language !== null && Object.hasOwn(endings, language) && endings[language]) || []
      return ending === undefined ? '.txt' : `.${ending}`
    }
  }
}

/** Leavings of operating systems, which nobody means to import. */
export function isLitter(path: string): boolean {
  return /(?:^|\/)(?:__MACOSX|\.git)\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i.test(path)
}

function endingOf(path: string): string {
  const name = posix.basename(path).toLowerCase()
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : name
}
