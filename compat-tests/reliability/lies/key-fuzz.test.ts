// Whatever is given as a key, a prefix, a number or an argument, the server gets the one command of the call, or nothing.

import { fc } from '../../../lib/testing/random';
import { Client, type ClientOptions } from '../../../lib';
import { startScripted, type ScriptedServer } from '../../../lib/testing/scripted-server';
import { TextReader, answer, type TextEntry, type TextRequest } from './text-peer';

/** What a server may hold from one call: the command, and the bytes of its keys or arguments. */
interface Expected {
  readonly command: string;
  readonly args: readonly string[];
  /** Only the keys are compared, these many arguments. */
  readonly keys: number;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const wireOf = (key: unknown): string => {
  const bare: unknown = Array.isArray(key) ? key[1] : key;
  return bare instanceof Uint8Array
    ? latin1(bare)
    : Buffer.from(String(bare), 'utf8').toString('latin1');
};

// Keys: every byte, every kind of text, what injects, what is too long, numbers and pairs.
const INJECTIONS = [
  'a\r\nflush_all', 'a\r\nset b 0 0 1\r\nx', 'a\nflush_all', 'a\rflush_all', 'a b', ' a', 'a ', 'a\0b', '\0', ' ', '\r\n',
  'a noreply', 'noreply', 'a\tb', 'a\x7fb', 'a\x0bb', 'a\u2028flush_all', 'a\u010d\u010aflush_all', 'a\ud800', '\ufeffa', '__proto__',
  'constructor', '', '0', '-1', 'a'.repeat(250), 'a'.repeat(251), 'a'.repeat(3000), '\u00e9'.repeat(126), '\ud83d\ude00'.repeat(63),
]; // prettier-ignore
const text = fc.oneof(
  fc.constantFrom(...INJECTIONS),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ maxLength: 20 }),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 260 }),
  fc.uint8Array({ min: 0x21, max: 0x7e, minLength: 1, maxLength: 20 }),
  fc.constantFrom(...INJECTIONS).map((key) => Buffer.from(key, 'utf8')),
);
const bare = fc.oneof(text, bytes);
const pair = fc.tuple(fc.oneof(fc.integer(), fc.bigInt(), fc.boolean()), bare);
const key = fc.oneof({ weight: 4, arbitrary: bare }, pair);
const multiKey = fc.oneof({ weight: 4, arbitrary: key }, fc.integer(), fc.bigInt(), fc.boolean());
const value = fc.oneof(text, bytes, fc.integer(), fc.constant('x\r\nflush_all\r\n'));
// Numbers come from forms and query strings: text that JavaScript lets through is part of the fuzz.
const number = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.double(),
  fc.bigInt(),
  fc.constantFrom(
    '1\r\nflush_all',
    '1 noreply\r\nflush_all',
    '0 0 0\r\n',
    ' ',
    '\0',
    '1e3',
    null,
    {},
    [],
  ),
);
const noreply = fc.boolean();

/** One call with its random arguments, and what of it may reach the server. */
interface Call {
  readonly label: string;
  readonly run: (mc: Client) => Promise<unknown>;
  readonly expected: readonly Expected[];
}

const one = (command: string, k: unknown): Expected[] => [{ command, args: [wireOf(k)], keys: 1 }];

type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>;
/** The methods, without the types that keep most of this out of a TypeScript program. */
const loose = (mc: Client): Loose => mc as unknown as Loose;
const invoke = (mc: Client, method: string, ...args: unknown[]): Promise<unknown> => {
  const run = loose(mc)[method];
  if (run === undefined) throw new Error(`no method ${method}`);
  return run.apply(mc, args);
};

const STORES = ['set', 'add', 'replace', 'append', 'prepend', 'cas'] as const;

const single: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(fc.constantFrom('get', 'gets'), key).map(([method, k]) => ({
    label: method,
    run: (mc: Client) => invoke(mc, method, k),
    expected: one(method, k),
  })),
  fc
    .tuple(fc.constantFrom(...STORES), key, value, number, noreply)
    .map(([method, k, v, time, quiet]) => ({
      label: method,
      run: (mc: Client) => invoke(mc, method, k, v, { time, noreply: quiet }),
      expected: one(method === 'cas' ? 'set' : method, k),
    })),
  fc
    .tuple(fc.constantFrom('incr', 'decr'), key, number, noreply)
    .map(([method, k, delta, quiet]) => ({
      label: method,
      run: (mc: Client) => invoke(mc, method, k, { delta, noreply: quiet }),
      expected: one(method, k),
    })),
  fc.tuple(key, number, noreply).map(([k, time, quiet]) => ({
    label: 'touch',
    run: (mc: Client) => invoke(mc, 'touch', k, { time, noreply: quiet }),
    expected: one('touch', k),
  })),
  fc.tuple(key, noreply).map(([k, quiet]) => ({
    label: 'delete',
    run: (mc: Client) => invoke(mc, 'delete', k, { noreply: quiet }),
    expected: one('delete', k),
  })),
  fc
    .oneof(text, fc.constantFrom('items', 'slabs', 'cachedump 1 10', 'items\r\nflush_all', 'a\nb'))
    .map((args) => ({
      label: 'get_stats',
      run: (mc: Client) => invoke(mc, 'get_stats', args),
      expected: [
        { command: 'stats', args: args === '' ? [] : args.replace(/ $/, '').split(' '), keys: 99 },
      ],
    })),
);

const prefixed = (prefix: unknown, k: unknown): string => wireOf(prefix) + wireOf(pythonName(k));
/** Numbers and bools are named by their Python text. */
function pythonName(k: unknown): unknown {
  const named: unknown = Array.isArray(k) ? k[1] : k;
  return typeof named === 'boolean' ? (named ? 'True' : 'False') : named;
}

const many: fc.Arbitrary<Call> = fc.oneof(
  fc
    .tuple(fc.array(multiKey, { maxLength: 4 }), fc.oneof(bare, fc.constant('')))
    .map(([keys, prefix]) => ({
      label: 'get_multi',
      run: (mc: Client) => invoke(mc, 'get_multi', keys, { key_prefix: prefix }),
      expected: [{ command: 'get', args: keys.map((k) => prefixed(prefix, k)), keys: 99 }],
    })),
  fc
    .tuple(
      fc.array(fc.tuple(multiKey, value), { maxLength: 4 }),
      fc.oneof(bare, fc.constant('')),
      number,
      noreply,
    )
    .map(([pairs, prefix, time, quiet]) => ({
      label: 'set_multi',
      run: (mc: Client) =>
        invoke(mc, 'set_multi', pairs, { key_prefix: prefix, time, noreply: quiet }),
      expected: [...new Map(pairs).keys()].map((k) => ({
        command: 'set',
        args: [prefixed(prefix, k)],
        keys: 1,
      })),
    })),
  fc
    .tuple(fc.array(multiKey, { maxLength: 4 }), fc.oneof(bare, fc.constant('')), noreply)
    .map(([keys, prefix, quiet]) => ({
      label: 'delete_multi',
      run: (mc: Client) => invoke(mc, 'delete_multi', keys, { key_prefix: prefix, noreply: quiet }),
      expected: keys.map((k) => ({ command: 'delete', args: [prefixed(prefix, k)], keys: 1 })),
    })),
);

/** Clients of every rule for keys. */
const RULES: readonly { readonly name: string; readonly options: ClientOptions }[] = [
  { name: 'keys are checked', options: {} },
  { name: 'check_keys is off', options: { check_keys: false } },
  { name: 'keys may be of any length', options: { server_max_key_length: 0 } },
  { name: 'a key_encoder adds to every key', options: { key_encoder: (k) => k } },
  { name: 'the release is 1.48 on Python 2', options: { release: '1.48', python: 2 } },
];

let server: ScriptedServer;
let mc: Client;
let requests: TextRequest[];
let reader: TextReader;

beforeEach(async () => {
  requests = [];
  reader = new TextReader();
  const entries = new Map<string, TextEntry>();
  server = await startScripted((received) =>
    reader
      .take(received)
      .map((request) => {
        requests.push(request);
        return answer(request, entries);
      })
      .join(''),
  );
});
afterEach(async () => {
  mc.disconnect_all();
  await server.close();
});

/** The commands that reached the server since the last look; all of them, because a reply ends it. */
async function arrived(): Promise<TextRequest[]> {
  await mc.touch('end-of-call', 1);
  const all = requests.splice(0);
  expect(all.pop()?.args[0]).toBe('end-of-call');
  // What proves that a silent command was silent.
  return all.filter(({ command }) => command !== 'version');
}

/** Python's extra words behind a delete: the time 0 of old releases. */
const shown = ({ command, args }: TextRequest, keys: number): unknown => [
  command,
  ...args.slice(0, keys),
];

describe.each(RULES)('P10, where $name', ({ options }) => {
  it.each([
    ['of one key', single],
    ['of many keys', many],
  ] as const)(
    'a method %s sends its command with exactly its keys, or nothing',
    async (_name, calls) => {
      mc = new Client([`127.0.0.1:${server.port}`], { socket_timeout: 20, ...options });
      let sent = 0;
      await fc.assert(
        fc.asyncProperty(calls, async ({ run, expected }) => {
          await Promise.allSettled([run(mc)]);
          const seen = await arrived();
          // Each run stands alone, so that a failure can be made smaller.
          expect(reader.unexpected.splice(0)).toEqual([]);
          expect(server.accepted()).toBe(1);
          if (seen.length === 0) return; // refused, or nothing to send
          sent++;
          const keys = expected[0]?.keys ?? 0;
          expect(seen.map((request) => shown(request, keys))).toEqual(
            expected.map(({ command, args }) => [command, ...args]),
          );
        }),
        { numRuns: 150 },
      );
      expect(sent).toBeGreaterThan(15);
    },
  );
});

it('P10: the cas id of a cas is a number, whoever put it there', async () => {
  mc = new Client([`127.0.0.1:${server.port}`], { socket_timeout: 20 });
  mc.cas_ids.set('a', '1\r\nflush_all');
  await Promise.allSettled([mc.cas('a', 'x')]);
  const seen = await arrived();
  expect(reader.unexpected).toEqual([]);
  expect(seen.map(({ command }) => command)).not.toContain('flush_all');
});
