// RetryingClient: how often a call is made, for which errors, and never twice what may have happened.

import { ConnectionError, TimeoutError, ValueError } from '../../errors';
import { startScripted } from '../../testing/scripted-server';
import { Client } from './client';
import { MemcacheClientError, MemcacheError, MemcacheServerError } from './exceptions';
import { RetryingClient, type RetryingArguments } from './retrying';

/** Fails as often as it is told, and counts. */
class Flaky {
  calls = 0;
  readonly name = 'flaky';
  readonly #errors: Error[];

  constructor(...errors: Error[]) {
    this.#errors = errors;
  }

  get(key: string): Promise<string> {
    this.calls++;
    const error = this.#errors.shift();
    return error === undefined ? Promise.resolve(`of ${key}`) : Promise.reject(error);
  }

  close(): string {
    this.calls++;
    return 'closed';
  }
}

const broken = new ConnectionError('broken');
const busy = new MemcacheServerError('busy');

it.each<[string, Error[], RetryingArguments, number | Error, number]>([
  ['twice by default', [broken], [], 0, 2],
  ['not a third time', [broken, busy, broken], [], busy, 2],
  ['as often as it is told', [broken, busy, broken], [4], 0, 4],
  ['once', [broken], [1], broken, 1],
  ['once when it succeeds', [], [5], 0, 1],
  ['again for a class that is named', [busy, broken], [3, { retry_for: [MemcacheError, ConnectionError] }], 0, 3], // prettier-ignore
  ['again for what is of it', [busy], [{ retry_for: new Set([MemcacheError]) }], 0, 2],
  ['not for another', [broken], [{ retry_for: [MemcacheError] }], broken, 1],
  ['not for one that is excluded', [busy], [{ do_not_retry_for: [MemcacheError] }], busy, 1],
  ['for one that is not excluded', [broken], [{ do_not_retry_for: [MemcacheError] }], 0, 2],
  [
    'not for what is excluded of what is named',
    [busy],
    [2, 0, [MemcacheError], [MemcacheServerError]],
    busy,
    1,
  ],
])('calls %s', async (_name, errors, rest, end, calls) => {
  const inner = new Flaky(...errors);
  const client = new RetryingClient(inner, ...rest);
  const call = client.get('k');
  if (end === 0) expect(await call).toBe('of k');
  else await expect(call).rejects.toBe(end);
  expect(inner.calls).toBe(calls);
});

it('has what its client has', () => {
  const inner = new Flaky();
  const client = new RetryingClient(inner);
  expect([client.name, client.close(), 'get' in client, 'nope' in client]).toEqual([
    'flaky',
    'closed',
    true,
    false,
  ]);
  expect(inner.calls).toBe(1);
  expect((client as { nope?: unknown }).nope).toBeUndefined();
  expect('then' in client).toBe(false);
});

const overlap =
  'Exception class "MemcacheError" was present in both `retry_for` and `do_not_retry_for`. Any exception class is only allowed in a single argument.';
it.each<[string, unknown[], Error]>([
  ['no attempt', [0], new ValueError('`attempts` argument must be at least 1. Otherwise no attempts are made.')], // prettier-ignore
  ['classes that are no list', [2, 0, Error], new ValueError('retry_for must be either a tuple, a set or a list.')], // prettier-ignore
  ['a class of no error', [{ do_not_retry_for: [Map] }], new ValueError('do_not_retry_for is only allowed to contain elements that are subclasses of Exception.')], // prettier-ignore
  ['a class in both lists', [2, 0, [MemcacheError], [MemcacheError]], new ValueError(overlap)],
  ['a negative delay', [2, -1], new ValueError('sleep length must be non-negative')],
  ['an unknown name', [{ nope: 1 }], new TypeError("__init__() got an unexpected keyword argument 'nope'")], // prettier-ignore
])('refuses %s', (_name, rest, error) => {
  expect(() => new RetryingClient(new Flaky(), ...(rest as RetryingArguments))).toThrow(error);
});

describe('a real client', () => {
  /** What the calls came to, and what the server was asked, of a server that drops the first connection or two. */
  async function record(
    call: (client: Client) => Promise<unknown>,
    reply: string,
  ): Promise<[answer: unknown, received: string[]]> {
    const server = await startScripted((_received, socket, connection) => {
      if (connection > 0) return reply;
      socket.end();
      return undefined;
    });
    const inner = new Client(['127.0.0.1', server.port]);
    const client = new RetryingClient(inner, 3);
    const answer = await call(client).catch((error: Error) => error.name);
    inner.close();
    await server.close();
    return [answer, server.received.filter((each) => each !== '')];
  }

  it.each<[string, (client: Client) => Promise<unknown>, string, unknown]>([
    ['get', (c) => c.get('k'), 'END\r\n', null],
    ['set', (c) => c.set('k', 'v', { noreply: false }), 'STORED\r\n', true],
    ['delete', (c) => c.delete('k', { noreply: false }), 'NOT_FOUND\r\n', false],
    ['touch', (c) => c.touch('k', 5, false), 'TOUCHED\r\n', true],
  ])('%s is sent again when the connection breaks', async (_name, call, reply, answer) => {
    const [told, received] = await record(call, reply);
    expect([told, received.length, new Set(received).size]).toEqual([answer, 2, 1]);
  });

  it.each<[string, (client: Client) => Promise<unknown>]>([
    ['incr', (c) => c.incr('k', 1)],
    ['decr', (c) => c.decr('k', 1)],
    ['append', (c) => c.append('k', 'v', { noreply: false })],
    ['prepend', (c) => c.prepend('k', 'v', { noreply: false })],
    ['add', (c) => c.add('k', 'v', { noreply: false })],
    ['cas', (c) => c.cas('k', 'v', '1')],
    ['raw_command', (c) => c.raw_command('incr k 1')],
  ])('%s is not, once it was sent', async (_name, call) => {
    const [told, received] = await record(call, '1\r\n');
    expect([told, received.length]).toEqual(['MemcacheUnexpectedCloseError', 1]);
  });

  it('incr is sent again when the server refused it', async () => {
    const replies = ['SERVER_ERROR busy\r\n', '5\r\n'];
    const server = await startScripted(() => replies.shift());
    const inner = new Client(['127.0.0.1', server.port]);
    expect(await new RetryingClient(inner).incr('k', 1)).toBe(5);
    inner.close();
    await server.close();
  });

  it('incr is tried again when it could not be sent', async () => {
    const inner = new Client('/nowhere/socket');
    let dead = 0;
    inner.events.on('dead', () => dead++);
    await expect(new RetryingClient(inner, 3).incr('k', 1)).rejects.toThrow(ConnectionError);
    expect(dead).toBe(3);
  });

  it('stops when its signal fires, in the middle of a delay too', async () => {
    const server = await startScripted(() => 'SERVER_ERROR busy\r\n');
    const inner = new Client(['127.0.0.1', server.port]);
    const client = new RetryingClient(inner, 10, 3600);
    const abort = new AbortController();
    const call = client.get('k', { signal: abort.signal });
    while (server.received.length === 0) await new Promise(setImmediate);
    const reason = new TimeoutError('enough');
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    inner.close();
    await server.close();
  });

  it('does not try again what it must not send at all, if told so', async () => {
    const inner = new Client('h');
    const client = new RetryingClient(inner, { do_not_retry_for: [MemcacheClientError] });
    await expect(client.get('a b')).rejects.toThrow('Key contains whitespace');
    inner.close();
  });
});
