/** Following by the client: it goes on from the last id over broken connections, and says when it cannot. */
import { createFollow, ProblemError, Unreachable } from '@weft/client'
import { expect, it } from 'vitest'

const event = (revision: number) => ({ type: 'changed', base: revision - 1, revision })
const text = (revision: number) =>
  `event: changed\ndata: ${JSON.stringify(event(revision))}\nid: ${revision}.1\n\n`

/** Answers one after the other, and notes what was asked. */
function server(...answers: readonly (() => Response)[]) {
  const asked: { readonly url: string; readonly id: string | null }[] = []
  const fetch = async (url: unknown, options: RequestInit = {}) => {
    asked.push({ url: `${url}`, id: new Headers(options.headers).get('last-event-id') })
    const answer = answers[asked.length - 1]
    if (answer === undefined) throw new TypeError('nobody is there')
    return answer()
  }
  return {
    asked,
    follow: createFollow({ baseUrl: 'http://weft.example', fetch: fetch as typeof globalThis.fetch }),
  }
}

/** In pieces as the network might cut them. */
function stream(whole: string, pieces: readonly number[] = []): () => Response {
  return () => {
    const bytes = new TextEncoder().encode(whole)
    const cuts = [0, ...pieces, bytes.length]
    const body = new ReadableStream({
      start(controller) {
        for (const [index, end] of cuts.slice(1).entries())
          controller.enqueue(bytes.subarray(cuts[index], end))
        controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

function problem(status: number, code: string): () => Response {
  return () =>
    new Response(JSON.stringify({ status, code, title: code }), {
      status,
      headers: { 'content-type': 'application/problem+json' },
    })
}

it('goes on from the last id after the connection broke, over a restart and a busy server', async () => {
  const cut = text(2)
  const { follow, asked } = server(
    stream(`retry: 2000\nid: 0.1\n\n:\n\n${text(1)}${cut.slice(0, -8)}`, [3, 20, 45, 46, 47]),
    problem(503, 'restarting'),
    stream(`${text(2)}id: 5.1\n\n`),
    stream(text(6)),
  )
  const pauses: number[] = []
  const told: unknown[] = []
  const pause = async (ms: number) => void pauses.push(ms)
  for await (const { event: one, id } of follow.document('a b', { after: '0', pause })) {
    told.push([id, 'revision' in one && one.revision])
    if (told.length === 3) break
  }
  expect(told).toEqual([
    ['1.1', 1],
    ['2.1', 2],
    ['6.1', 6],
  ])
  expect(asked.map(({ id }) => id)).toEqual(['0', '1.1', '1.1', '5.1'])
  expect(asked[0]?.url).toBe('http://weft.example/api/v1/documents/a%20b/events')
  expect(pauses).toEqual([500, 1_000, 500])
})

it('however the network cuts a stream, every event comes whole', async () => {
  const whole = text(1) + text(2)
  for (let at = 1; at < whole.length; at++) {
    const { follow } = server(stream(whole, [at]))
    const following = follow.all()
    expect((await following.next()).value?.event).toEqual(event(1))
    expect((await following.next()).value?.event).toEqual(event(2))
    await expect(following.next()).rejects.toBeInstanceOf(Unreachable)
  }
})

it('ends with what the server says for good, and with a server that is away when nobody waits', async () => {
  const refused = server(problem(404, 'not-found')).follow.document('a', { pause: async () => {} })
  await expect(refused.next()).rejects.toBeInstanceOf(ProblemError)
  const away = server().follow.all()
  await expect(away.next()).rejects.toBeInstanceOf(Unreachable)
})

it('ends when its reader says so', async () => {
  const leaving = new AbortController()
  const fetch = (_: unknown, { signal }: RequestInit) =>
    new Promise<Response>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  const follow = createFollow({ fetch: fetch as typeof globalThis.fetch })
  const next = follow.all({ signal: leaving.signal, pause: async () => {} }).next()
  leaving.abort(new Error('enough'))
  await expect(next).rejects.toThrow('enough')
})
