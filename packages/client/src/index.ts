export { type CallOptions, type Client, type ClientOptions, createClient } from './client.ts'
export { ProblemError, Unreachable } from './errors.ts'
