// The environment of the programs that npm's own processes start.
import path from 'node:path'

const kept = /registry|cache|proxy|cafile|strict[-_]ssl/i

/**
 * Without what npm tells its scripts about itself (a `nodedir` of the old Node would reach native builds), but with
 * the settings that decide how the registry is reached, under the names that pnpm reads too.
 */
export function childEnv(node) {
  const env = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue
    const setting = /^npm_config_(.+)$/i.exec(name)?.[1]
    if (
      setting === undefined
        ? /^npm_(package|lifecycle|execpath|node_execpath|command)/i.test(name)
        : !kept.test(setting)
    )
      continue
    env[name] = value
    if (setting !== undefined && !/cache/i.test(setting))
      env[`pnpm_config_${setting.toLowerCase()}`] ??= value
  }
  const pathName = Object.keys(env).find((name) => name.toLowerCase() === 'path') ?? 'PATH'
  env[pathName] = `${path.dirname(node)}${path.delimiter}${env[pathName] ?? ''}`
  return env
}
