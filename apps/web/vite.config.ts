import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** The fonts of the first screen start loading with the page instead of after its style sheet. */
function preloadFonts(...names: readonly string[]): Plugin {
  return {
    name: 'weft:preload-fonts',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => file.endsWith('.woff2') && names.some((name) => file.includes(name)))
          .map((file) => ({
            tag: 'link',
            injectTo: 'head',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${file}`, crossorigin: true },
          })),
    },
  }
}

const textAsset = /\.(?:html|js|css|svg|webmanifest)$/

/** Writes `.br` and `.gz` beside every text asset that they make smaller, so that the server never compresses files. */
function precompress(): Plugin {
  let folder = ''
  return {
    name: 'weft:precompress',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = resolve(root, build.outDir)
    },
    closeBundle: {
      order: 'post',
      handler: () => {
        for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
          if (!entry.isFile() || !textAsset.test(entry.name)) continue
          const path = join(entry.parentPath, entry.name)
          const bytes = readFileSync(path)
          const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
          const gzip = gzipSync(bytes, { level: 9 })
          if (brotli.length < bytes.length) writeFileSync(`${path}.br`, brotli)
          if (gzip.length < bytes.length) writeFileSync(`${path}.gz`, gzip)
        }
      },
    },
  }
}

/** Where `vite` (dev) finds a running Weft server. */
const server = process.env.WEFT_SERVER ?? 'http://localhost:3000'

export default defineConfig({
  plugins: [react(), preloadFonts('inter-latin-wght-normal', 'literata-latin-opsz-normal'), precompress()],
  // Two copies of Yjs in one page do not recognise each other's types.
  resolve: {
    dedupe: ['yjs', 'lib0', 'y-protocols', '@codemirror/state', '@codemirror/view', 'react', 'react-dom'],
  },
  build: {
    target: 'es2024',
    // The oldest browsers with light-dark(); older targets would rewrite every colour.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    reportCompressedSize: true,
  },
  server: {
    proxy: {
      // The server accepts its own origin only.
      '/api': { target: server, changeOrigin: true, headers: { origin: server } },
      '/sync': { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
    },
  },
})
