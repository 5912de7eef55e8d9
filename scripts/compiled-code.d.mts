export const compiledCode: { readonly NODE_COMPILE_CACHE: string }
