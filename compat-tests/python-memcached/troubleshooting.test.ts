// docs/troubleshooting.md has the exact texts: what calls, arguments and options end with stands there, `...` for what varies.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../../lib';
import { startScripted } from '../../lib/testing/scripted-server';
import { Memcached, refusingPort } from '../support';

const PAGE = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8');

/** The texts of the page, as patterns: digits are any digits. */
const TEXTS = Array.from(PAGE.matchAll(/`([^`]+)`/g), ([, text = '']) => {
  const pattern = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\\.\\.\\.', '[^]*');
  return new RegExp(`^${pattern.replace(/\d+/g, '\\d+')}$`);
});

const named = (message: string): boolean => TEXTS.some((text) => text.test(message));

/** Any call or constructor, as a program without types makes it. */
const make = (servers: unknown, options: object = {}): Client =>
  new Client(servers as string[], options);
const call = (method: string, ...args: readonly unknown[]): unknown => {
  const mc = make(['127.0.0.1:1'], { cache_cas: true });
  mc.cas_ids.set('k', 'x');
  return Reflect.apply(Reflect.get(mc, method) as () => unknown, mc, args);
};

/** What it throws or rejects with. */
async function messageOf(run: () => unknown): Promise<string> {
  try {
    return `returned ${String(await run())}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const LONG = 'k'.repeat(251);

it.each<[string, () => unknown]>([
  ['a string of servers', () => make('10.0.0.1:11211')],
  ['a port', () => make(['h:70000'], { failure: 'raise' }).get('k')],
  ['a great weight', () => make([['h', 1e6]])],
  ['a weight of text', () => make([['h', '1']])],
  ['a release', () => make([], { release: '1.63' })],
  ['a Python', () => make([], { release: '1.60', python: 2 })],
  ['a pickle protocol', () => make([], { pickleProtocol: 6 }).set('k', {})],
  ['half a pickle protocol', () => make([], { pickleProtocol: 1.5 }).set('k', {})],
  ['a negative option', () => make([], { dead_retry: -1 })],
  ['a text for a number', () => make([], { socket_timeout: '3' })],
  ['a text for a function', () => make([], { compressor: 'zlib' })],
  ['a failure', () => make([], { failure: 'ignore' })],
  ['a lone name', () => make([], { username: 'me' })],
  ['an empty name', () => make([], { username: '', password: '' })],
  ['tls', () => make([], { tls: true })],
  ['old TLS', () => make([], { tls: { minVersion: 'TLSv1' } })],
  ['a space', () => call('get', 'a b')],
  ['an empty key', () => call('get', '')],
  ['a long key', () => call('get', LONG)],
  ['null', () => call('get', null)],
  ['a number', () => call('get', 5)],
  ['a pair of one', () => call('get', [1])],
  ['a pair of three', () => call('get', [1, Buffer.from('k'), 2])],
  ['one of a pair', () => call('get_multi', [[1]])],
  ['keys for a pair', () => call('get', ['a', 'b'])],
  ['half a hash', () => call('get', [1.5, 'b'])],
  ['an unknown name', () => call('set', 'k', 1, { expire: 5 })],
  ['too many arguments', () => call('set', 'k', 1, 2, 3, true, 5)],
  ['no mapping', () => call('set_multi', null)],
  ['a time of text', () => call('set', 'k', 1, '60')],
  ['a time of NaN', () => call('set', 'k', 1, NaN)],
  ['a great time', () => call('set', 'k', 1, 2n ** 64n)],
  ['a delta of two', () => call('incr', 'k', '1 2')],
  ['stats of two lines', () => call('get_stats', 'a\nb')],
  ['a cas id', () => call('cas', 'k', 1)],
  ['half an emoji', () => call('set', 'k', 'a\ud83d')],
  ['no signal', () => call('get', 'k', { signal: 5 })],
])('%s', async (_name, run) => {
  const message = await messageOf(run);
  expect([message, named(message)]).toEqual([message, true]);
});

it('what servers do', async () => {
  const replies = ['SERVER_ERROR out of memory storing object', 'NONSENSE', 'ERROR', 'ERROR Too many open connections'];
  for (const reply of replies) {
    const server = await startScripted(() => `${reply}\r\n`);
    const mc = make([`127.0.0.1:${server.port}`], { failure: 'raise' });
    let told = '';
    mc.events.on('protocol-error', ({ cause }) => (told = cause?.message ?? ''));
    const message = await messageOf(() => mc.set('k', 1));
    expect([message, named(message) || message === 'server answered ERROR']).toEqual([message, true]);
    if (reply === 'ERROR') expect([told, named(told)]).toEqual([told, true]);
    mc.disconnect_all();
    await server.close();
  }
}); // prettier-ignore

it('memcached refuses a great count for a minus sign that lies behind it', async () => {
  await using server = await Memcached.start();
  const mc = make([server.name]);
  for (const [before, answer] of [
    ['+', 2 ** 63 + 2048],
    ['-', null],
  ] as const) {
    await mc.set('n', before.repeat(30));
    await mc.delete('n');
    await mc.set('n', 2n ** 63n + 2047n);
    const counted = mc.incr('n');
    if (answer === null) await expect(counted).rejects.toThrow('non-numeric');
    else expect(Number(await counted)).toBe(answer);
  }
  mc.disconnect_all();
});

it('what a dead, a silent and a closed connection do', async () => {
  const dead = make([`127.0.0.1:${await refusingPort()}`], { failure: 'raise' });
  const silent = await startScripted(() => undefined);
  const late = make([`127.0.0.1:${silent.port}`], { failure: 'raise', socket_timeout: 0.05 });
  const waiting = make([`127.0.0.1:${silent.port}`], { failure: 'raise' });
  const left = messageOf(() => waiting.get('k'));
  const messages = [
    await messageOf(() => dead.get('k')),
    await messageOf(() => dead.get('k')),
    await messageOf(() => late.get('k')),
    await messageOf(() => waiting.get('k', { signal: AbortSignal.abort() })),
  ];
  waiting.disconnect_all();
  messages.push(await left);
  await silent.close();
  expect(messages.filter((message) => !named(message))).toEqual([]);
});
