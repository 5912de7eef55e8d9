export { type CallOptions, type Client, type ClientOptions, createClient } from './client.ts'
export { ProblemError, Unreachable } from './errors.ts'
export { createFollow, type Follow, type Followed, type FollowOptions } from './follow.ts'
