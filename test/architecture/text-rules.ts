/** What a source file must not hold, apart from imports. */
import path from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import type { SourceFile } from './tree.ts'

/** Longer ones hold more than one idea; the exceptions say why they do not. */
const longestFile = 400
const longFiles: Readonly<Record<string, string>> = {}

/** Drawers for anything: no file or folder is called so. */
const drawers = ['common', 'shared', 'core', 'util', 'utils', 'types', 'helper', 'helpers', 'lib', 'misc']
/** In no exported name and no file name: they say nothing, or this project has another word. */
const forbiddenWords = ['manager', 'service', 'helper', 'util', 'utils', 'pad', 'session', 'channel']

/** Names of the outside world that these parts are given by a port instead. */
const pure = /^packages\/(?:client|document|protocol|sync)\//
const pureGlobals = ['process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']

export function textFaults(file: SourceFile): readonly string[] {
  return [...lengthFaults(file), ...nameFaults(file), ...wordingFaults(file), ...worldFaults(file)]
}

function lengthFaults({ path: at, text }: SourceFile): readonly string[] {
  const lines = text.split('\n').length - 1
  return lines > longestFile && longFiles[at] === undefined ? [`${lines} lines`] : []
}

function nameFaults(file: SourceFile): readonly string[] {
  const segments = file.path
    .split('/')
    .map((segment) => segment.replace(/(?:\.(?:test|fuzz|config|d))*\.(?:tsx?|mjs)$/, ''))
  const shape = segments.filter((segment) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(segment))
  const exported = parseSync(file.path, file.text).module.staticExports.flatMap((statement) =>
    statement.entries.flatMap((entry) => entry.exportName.name ?? []),
  )
  const words = [...segments, ...exported].filter((name) =>
    name.split(/[-_]|(?<=[a-z0-9])(?=[A-Z])/).some((word) => forbiddenWords.includes(word.toLowerCase())),
  )
  return [
    ...shape.map((name) => `${name} is not kebab-case`),
    ...[...segments.filter((segment) => drawers.includes(segment)), ...words].map(
      (name) => `the name ${name}`,
    ),
  ]
}

function wordingFaults({ text }: SourceFile): readonly string[] {
  const patterns = [
    /\b(?:TODO|FIXME|HACK|XXX)\b/,
    /@ts-(?:ignore|expect-error|nocheck)/,
    /(?<![\w.-])\/(?:root|work|home)\/\w/,
  ]
  return patterns.flatMap((pattern) => pattern.exec(text)?.[0] ?? [])
}

function worldFaults(file: SourceFile): readonly string[] {
  const isMain = /^apps\/[^/]+\/src\/main\.tsx?$/.test(file.path)
  const found: string[] = []
  const see = (name: string) => {
    const forbidden = pure.test(file.path)
      ? pureGlobals.some((global) => name === global || name.startsWith(`${global}.`)) ||
        ['Date.now', 'Math.random', 'new Date'].includes(name)
      : file.path.startsWith('apps/server/') && !isMain && ['process.env', 'process.exit'].includes(name)
    if (forbidden) found.push(name)
  }
  new Visitor({
    MemberExpression: ({ object, property }) => {
      if (object.type === 'Identifier' && property.type === 'Identifier')
        see(`${object.name}.${property.name}`)
    },
    CallExpression: ({ callee }) => {
      if (callee.type === 'Identifier') see(callee.name)
    },
    NewExpression: ({ callee, arguments: given }) => {
      if (callee.type === 'Identifier' && given.length === 0) see(`new ${callee.name}`)
    },
  }).visit(parseSync(path.basename(file.path), file.text).program)
  return found
}
