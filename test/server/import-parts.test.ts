/** The parts of an import, each by itself: bytes as text, pages as Markdown, files as documents, archives. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text as textOfStream } from 'node:stream/consumers'
import { contentOf } from '@weft/document'
import { limits, parseDocumentId } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { decodedText } from '@weft/server/import/decoded-text'
import { endingFor, formatOf, isLitter } from '@weft/server/import/file-format'
import { htmlAsMarkdown } from '@weft/server/import/html-as-markdown'
import { startImportThread } from '@weft/server/import/import-thread'
import { importedId } from '@weft/server/import/imported-id'
import { prepareDocument, type Surroundings } from '@weft/server/import/prepare-document'
import { MalformedArchive } from '@weft/server/import/source'
import { openZipArchive } from '@weft/server/import/zip-archive'
import { describe, expect, it } from 'vitest'
import { random, seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type ZipEntry, zip } from '../support/zip.ts'

describe('bytes as text', () => {
  it.each([
    ['plain', Buffer.from('Grüße\n'), 'Grüße\n', []],
    ['marked', Buffer.from('\ufeffa\n'), 'a\n', ['byte-order-mark']],
    ['of Windows', Buffer.from('a\r\nb\rc\n'), 'a\nb\nc\n', ['line-ends']],
    ['UTF-16', Buffer.from('\ufeffa🌍\r\n', 'utf16le'), 'a🌍\n', ['utf-16', 'line-ends']],
    ['UTF-16 the other way', Buffer.from('\ufeffa', 'utf16le').swap16(), 'a', ['utf-16']],
    ['none', Buffer.alloc(0), '', []],
  ])('%s', (_, bytes, text, repairs) => {
    expect(decodedText(bytes)).toEqual({ text, repairs })
  })

  it.each([
    ['Latin 1', Buffer.from('Grüße', 'latin1'), 'not-utf-8'],
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0xff]), 'not-text'],
    ['text with a zero', Buffer.from('a\0b'), 'not-text'],
    ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x3d, 0xd8]), 'not-utf-8'],
    ['too long', Buffer.alloc(limits.textLength + 1, 'x'), 'too-long'],
  ])('refused: %s', (_, bytes, failure) => {
    const decoded = decodedText(bytes)
    expect('failure' in decoded && [failure, 'not-text'].includes(decoded.failure)).toBe(true)
    if (failure !== 'not-utf-8') expect(decoded).toEqual({ failure })
  })
})

describe('the ending of a name', () => {
  it.each([
    ['a/B.MD', { type: 'text', kind: 'markdown', language: null }],
    ['x.txt', { type: 'text', kind: 'text', language: null }],
    ['x.htm', { type: 'html' }],
    ['x.d.ts', { type: 'text', kind: 'code', language: 'typescript' }],
    ['Dockerfile', { type: 'text', kind: 'code', language: 'dockerfile' }],
    ['x.cpp', { type: 'text', kind: 'code', language: 'c++' }],
    ['x.ini', { type: 'text', kind: 'code', language: null }],
    ['x.png', null],
    ['constructor', null],
    ['x.toString', null],
  ])('of %s says what it becomes', (path, format) => {
    expect(formatOf(path)).toEqual(format)
  })

  it('is one that is read as the same again', () => {
    for (const language of ['typescript', 'c++', 'python', 'yaml', 'c#'])
      expect(formatOf(`x${endingFor('code', language)}`)).toMatchObject({ kind: 'code', language })
    expect(endingFor('code', 'constructor')).toBe('.txt')
    expect(endingFor('markdown', null)).toBe('.md')
  })

  it.each(['__MACOSX/a.md', 'a/.DS_Store', 'Thumbs.db', 'a/._b.md', '.git/config'])(
    '%s is litter',
    (path) => {
      expect([isLitter(path), isLitter('a/.github/b.md')]).toEqual([true, false])
    },
  )
})

describe('a page as Markdown', () => {
  it('keeps what a text has: headings, emphasis, lists, tables, code, links, pictures', () => {
    const html = `<!doctype html><title>My &amp; page</title>
      <h1>Top</h1><p>One <b>bold</b>, <i>slanted</i>, <del>gone</del> and <code>coded</code>.</p>
      <ul><li>a<li><input type="checkbox" checked>b</ul><table><tr><th>h<th>i<tr><td>1<td>2</table>
      <pre><code class="language-js">let x = 1\n</code></pre><a href="b.html">link</a> <img src="c.png" alt="pic">`
    const { title, markdown } = htmlAsMarkdown(html)
    expect(title).toBe('My & page')
    for (const part of [
      '# Top\n',
      '**bold**',
      '_slanted_',
      '~~gone~~',
      '`coded`',
      '- a\n- [x] b\n',
      '| h   | i   |',
      '```js\nlet x = 1\n```',
      '[link](b.html)',
      '![pic](c.png)',
    ])
      expect(markdown).toContain(part)
  })

  it('counts as the page does, and indents what belongs to an item', () => {
    const html = '<ol start="9"><li>nine<li>ten<p>more</p><ul><li>in</ul></ol><ol><li>one</ol>'
    expect(htmlAsMarkdown(html).markdown).toBe('9. nine\n10. ten\n\n    more\n\n    - in\n\n1. one\n')
  })

  it('leaves out what runs, what is hidden in it, and pictures that are part of the address', () => {
    const html = `<script>evil()</script><style>x{}</style><iframe src="/x">y</iframe>
      <img src="data:image/png;base64,AAAA" alt="in*side"><p onclick="evil()">text</p>`
    expect(htmlAsMarkdown(html).markdown).toBe('in\\*side\n\ntext\n')
    expect(htmlAsMarkdown('').markdown).toBe('')
  })
})

function around(paths: { documents?: Record<string, string>; files?: readonly string[] }): Surroundings {
  const ids = Object.entries(paths.documents ?? {}).flatMap(([path, text]) => {
    const id = parseDocumentId(text)
    return id === null ? [] : [[path, id] as const]
  })
  return { documents: new Map(ids), files: new Set(paths.files ?? []), listed: new Map() }
}

function prepared(path: string, text: string, beside: Surroundings = around({})) {
  const document = prepareDocument(path, new Uint8Array(Buffer.from(text)), beside)
  if ('failure' in document) throw new Error(document.failure)
  return { ...document, text: document.update === null ? '' : contentOf([document.update]) }
}

describe('a file as a document', () => {
  it.each([
    ['notes/2026-11-21.md', 'no heading', '2026-11-21'],
    ['a.md', '---\ntitle: x\n---\n\n## Second\n# First\n', 'Second'],
    ['a.txt', '# not a heading', 'a'],
    ['main.rs', 'fn main() {}', 'main'],
    ['.profile.sh', '', '.profile'],
    ['a.html', '<title> From  the\npage </title><h1>Heading</h1>', 'From the page'],
    ['a.html', '<h1>Heading</h1>', 'Heading'],
    [`${'x'.repeat(300)}.md`, '', 'x'.repeat(200)],
  ])('%s with %j is called %s', (path, text, title) => {
    expect(prepared(path, text).title).toBe(title)
  })

  it('leads to what the others become, by every way a link is written', () => {
    const beside = around({
      documents: { 'b.md': 'bbb', 'sub/a.md': 'aaa', 'sub/ü c.md': 'ccc' },
      files: ['img/p 1.png', 'sub/q.pdf'],
    })
    const text = [
      '![one](../img/p%201.png "x") [two](<../img/p 1.png>) ![three](/img/p%201.png)',
      '[b](../b.md#part) [c](u%CC%88%20c.md) [q](./q.pdf?x=1)',
      '[out](../../b.md) [web](https://x/b.md) [here](#b.md) [none](nothing.md) `[code](../b.md)`',
      '<img src="../img/p%201.png">',
    ].join('\n')
    const document = prepared('sub/a.md', text, beside)
    const [picture, pdf] = document.attachments
    expect(document.attachments.map(({ path, name }) => [path, name])).toEqual([
      ['img/p 1.png', 'p 1.png'],
      ['sub/q.pdf', 'q.pdf'],
    ])
    expect(document.text).toBe(
      [
        `![one](/attachments/${picture?.id} "x") [two](</attachments/${picture?.id}>) ![three](/attachments/${picture?.id})`,
        `[b](/d/bbb#part) [c](/d/ccc) [q](/attachments/${pdf?.id})`,
        '[out](../../b.md) [web](https://x/b.md) [here](#b.md) [none](nothing.md) `[code](../b.md)`',
        `<img src="/attachments/${picture?.id}">`,
      ].join('\n'),
    )
  })

  it('has files whose names are names, whatever a list calls them', () => {
    const attachments = [{ path: 'p.png', name: '../a\r\nb\\c\0\u2028\ud800' }]
    const standing = { tags: [], isTemplate: false, attachments }
    const listed = { path: 'a.md', title: 'A', kind: 'markdown', language: null, ...standing } as const
    const beside = { ...around({ files: ['p.png'] }), listed: new Map([['a.md', listed]]) }
    expect(prepared('a.md', '', beside).attachments).toMatchObject([{ name: '..-a--b-c--\ufffd' }])
  })

  it('that is no Markdown keeps its text to the letter', () => {
    const text = '[a](b.md)'
    expect(prepared('x.py', text, around({ documents: { 'b.md': 'bbb' } })).text).toBe(text)
  })

  it('has line ends of its own where a page spells out others', () => {
    expect(prepared('a.html', '<pre>a&#13;\nb&#xd;c</pre><p>d&#13;</p>').text).not.toMatch(/\r/)
  })

  it.each([
    ['a page that nests', 'a.html', `${'<blockquote>'.repeat(200)}${'<p>x</p>'.repeat(6_000)}`],
    ['links that lead here', 'a.md', '[](b.md)\n'.repeat(160_000)],
  ])('is not longer than a document may be: %s', (_, path, text) => {
    const beside = around({ documents: { 'b.md': 'b'.repeat(22) } })
    expect(prepareDocument(path, new Uint8Array(Buffer.from(text)), beside)).toEqual({ failure: 'too-long' })
  })

  it.each(seeds(150))('never breaks, whatever is in it (seed %i)', (seed) => {
    const dice = random(seed)
    const parts = [
      '<b>',
      '</p>',
      '<table><tr><td>',
      '<a href="b.md">',
      '![x](b.md)',
      '# ',
      '\r\n',
      '\0',
      '😀',
      '\ud83d',
      '&#x0;',
      '<!--',
      ']]>',
      '```',
      '<img src=b.md>',
      'text ',
      '<svg><script>',
      '\u202e',
    ]
    const text = Array.from({ length: 40 }, () => dice.pick(parts)).join('')
    const path = dice.pick(['a.md', 'a.html', 'a.txt', 'a.js', 'a.yjs'])
    const bytes = dice.chance(0.2)
      ? Uint8Array.from({ length: 50 }, () => dice.below(256))
      : new Uint8Array(Buffer.from(text))
    try {
      const document = prepareDocument(path, bytes, around({ documents: { 'b.md': 'bbb' } }))
      if ('failure' in document) return
      expect(document.title).toMatch(/^.{1,200}$/u)
      if (document.update !== null) expect(contentOf([document.update])).not.toMatch(/[\r]/)
    } catch (error) {
      // Only what is no Yjs update is thrown at; the thread makes a refusal of it.
      expect([path, error]).toEqual(['a.yjs', expect.any(Error)])
    }
  })
})

describe('the import thread', () => {
  it('gives up a file that takes too long, and goes on with the next, knowing what it knew', async () => {
    const thread = startImportThread(realTimers, 4_000)
    await thread.begin({ import: 'i', documents: new Set(['b.md']), files: new Set(), manifest: null })
    const slow = new Uint8Array(Buffer.from('<ul><li>'.repeat(20_000)))
    const next = new Uint8Array(Buffer.from('[b](b.md)'))
    const [first, second] = await Promise.all([thread.prepare('a.html', slow), thread.prepare('a.md', next)])
    expect(first).toEqual({ failure: 'too-slow' })
    expect('update' in second && second.update !== null && contentOf([second.update])).toBe(
      `[b](/d/${importedId('i', 'b.md')})`,
    )
    await thread.close()
  })

  it('answers for a file that nobody can convert', async () => {
    const thread = startImportThread(realTimers)
    expect(await thread.prepare('a.yjs', Uint8Array.of(9, 9, 9))).toEqual({ failure: 'not-convertible' })
    await thread.close()
  })
})

async function opened<Result>(
  bytes: Uint8Array,
  work: (archive: Awaited<ReturnType<typeof openZipArchive>>) => Promise<Result>,
) {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.zip')
  await writeFile(path, bytes)
  const archive = await openZipArchive(path)
  try {
    return await work(archive)
  } finally {
    await archive.close()
  }
}

describe('a zip archive', () => {
  it('is read with its names, whoever wrote them', async () => {
    const entries: ZipEntry[] = [
      { path: 'a/ü.md', content: 'utf-8', deflated: true },
      { path: 'mac ü.md', flags: 0, content: 'not said to be utf-8' },
      { path: Uint8Array.of(0x81, 0x2e, 0x6d, 0x64), flags: 0, content: 'code page 437' },
      { path: 'a\\b.md', content: 'of Windows' },
      { path: 'nfd u\u0308.md' },
      { path: 'empty/' },
    ]
    await opened(zip(entries), async ({ files, faults }) => {
      expect(files.map(({ path }) => path)).toEqual(['a/ü.md', 'mac ü.md', 'ü.md', 'a/b.md', 'nfd ü.md'])
      expect(faults).toEqual([])
      for (const [index, file] of files.entries()) {
        const { content = '' } = entries[index] ?? {}
        expect(await textOfStream(await file.open())).toBe(content)
      }
    })
  })

  it.each([
    ['up', { path: '../up.md' }, 'unsafe-path'],
    ['up in the middle', { path: 'a/../../up.md' }, 'unsafe-path'],
    ['up by backslashes', { path: 'a\\..\\..\\up.md' }, 'unsafe-path'],
    ['absolute', { path: '/etc/passwd' }, 'unsafe-path'],
    ['on a drive', { path: 'C:\\boot.ini' }, 'unsafe-path'],
    ['a zero', { path: 'a\0.md' }, 'unsafe-path'],
    ['nothing', { path: 'a//b.md' }, 'unsafe-path'],
    ['endless', { path: `${'x'.repeat(4_100)}.md` }, 'unsafe-path'],
    ['a link', { path: 'passwd.md', content: '/etc/passwd', mode: 0o120777 }, 'symbolic-link'],
    ['encrypted', { path: 'a.md', content: 'x', deflated: true, flags: 0x801 }, 'encrypted'],
  ])('keeps a path from leading elsewhere: %s', async (_, entry: ZipEntry, reason) => {
    await opened(zip([{ path: 'good.md', content: 'x' }, entry]), async ({ files, faults }) => {
      expect(files.map(({ path }) => path)).toEqual(['good.md'])
      expect(faults).toMatchObject([{ reason }])
    })
  })

  it('has the first of two files of one name', async () => {
    const twins = [
      { path: 'a.md', content: '1' },
      { path: 'a.md', content: '2' },
    ]
    await opened(zip(twins), async ({ files, faults }) => {
      expect(files).toHaveLength(1)
      expect(faults).toEqual([{ path: 'a.md', reason: 'damaged' }])
    })
  })

  it.each([
    ['unpacks to more than it says', { content: 'x'.repeat(100_000), deflated: true, saysBytes: 10 }],
    ['unpacks to less than it says', { content: 'x', deflated: true, saysBytes: 1_000 }],
  ])('ends in an error where a file %s', async (_, entry) => {
    await opened(zip([{ path: 'a.md', ...entry }]), async ({ files }) => {
      await expect(files[0]?.open().then(textOfStream)).rejects.toThrow()
    })
  })

  it.each([
    ['no archive', Buffer.from('PK\x03\x04 nothing')],
    ['cut off', zip([{ path: 'a.md', content: 'x'.repeat(1_000) }]).subarray(0, 900)],
    ['a bomb', zip(Array.from({ length: 5 }, (_, n) => ({ path: `${n}.md`, saysBytes: 2 ** 30 })))],
    [
      'too many files',
      zip(Array.from({ length: limits.importFiles + 1 }, (_, n) => ({ path: `${n}.md` }))).subarray(),
    ],
  ])('is refused whole: %s', async (_, bytes) => {
    await expect(opened(bytes, async () => {})).rejects.toBeInstanceOf(MalformedArchive)
  })

  it.each(seeds(150))(
    'that is damaged anywhere ends in a refusal or a fault, not in a wrong text (seed %i)',
    async (seed) => {
      const dice = random(seed)
      const bytes = zip([
        { path: 'a.md', content: 'one', deflated: true },
        { path: 'b/c.md', content: 'two' },
      ])
      for (let flips = 0; flips <= dice.below(4); flips++) bytes[dice.below(bytes.length)] = dice.below(256)
      const work = opened(bytes, async ({ files }) => {
        for (const file of files)
          await file
            .open()
            .then(textOfStream)
            .catch(() => {})
      })
      await work.catch((error: unknown) => expect(error).toBeInstanceOf(MalformedArchive))
    },
  )
})
