/** What package.json files say and what the package manager made of it. */

export interface Manifest {
  readonly path: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** The copies of `name` among the folders of `node_modules/.pnpm`: one folder is one copy. */
export function copiesOf(name: string, folders: readonly string[]): readonly string[] {
  return folders.filter((folder) => folder.startsWith(`${name.replace('/', '+')}@`))
}

/** Dependencies that could be another version tomorrow. */
export function loose(manifest: Manifest): readonly string[] {
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([, version]) => !/^(?:catalog:|workspace:\*|npm:[\w@/.-]+@\d[\w.-]*$|\d[\w.-]*$)/.test(version))
    .map(([name, version]) => `${manifest.path}: ${name} ${version}`)
}

/** What in a tsconfig lets Node's or the browser's names into a package that must do without. */
export function unfenced(config: {
  readonly compilerOptions?: { readonly lib?: readonly string[]; readonly types?: readonly string[] }
}): readonly string[] {
  const { lib = ['the default lib, which has the DOM'], types = ['every @types package'] } =
    config.compilerOptions ?? {}
  return [...lib.filter((name) => !/^es\d{4}$/.test(name)), ...types]
}
