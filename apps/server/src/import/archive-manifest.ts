/**
 * The list that lies in an exported archive, as `manifest.json`: what files cannot say of documents by themselves.
 * Read from an archive, it is a stranger's word, and only fills in names.
 */
import { documentKinds, limits } from '@weft/protocol'
import { z } from 'zod'

export const manifestPath = 'manifest.json'
/** Beside it, when something could not be exported. */
export const missingPath = 'MISSING.txt'

const title = z
  .string()
  .trim()
  .min(1)
  .max(limits.titleLength)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u)

const manifest = z.object({
  weft: z.literal(1),
  folders: z.array(z.object({ path: z.string(), name: z.string() })).default([]),
  documents: z.array(
    z.object({
      path: z.string(),
      title,
      kind: z.enum(documentKinds),
      language: z
        .string()
        .regex(/^[a-z0-9+#.-]+$/)
        .max(limits.languageLength)
        .nullable(),
      tags: z.array(z.string()).default([]),
      isTemplate: z.boolean().default(false),
      attachments: z
        .array(z.object({ path: z.string(), name: z.string().min(1).max(limits.attachmentNameLength) }))
        .default([]),
    }),
  ),
})

export type Manifest = z.infer<typeof manifest>
export type ManifestDocument = Manifest['documents'][number]

/** `null`: a file of that name, and something else. */
export function parseManifest(bytes: Uint8Array): Manifest | null {
  try {
    const parsed = manifest.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
