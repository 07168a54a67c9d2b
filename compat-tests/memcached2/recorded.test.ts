// What python-memcached2 answered, step by step: ours answers the same, but for the steps that a row of docs/compatibility.md names.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ExceptionsAreMissesMapping,
  ExceptionsAreMissesMemcache,
  Memcache,
  MultiStorageException,
  ValueDictionary,
  ValueSuperStr,
} from '../../lib/clients/memcached2';
import { Memcached, RawConnection } from '../support';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

interface Outcome {
  readonly by: readonly string[];
  readonly is?: Json;
  readonly raises?: string;
  readonly says?: string;
  readonly results?: Json;
}

interface Step {
  readonly on: string;
  readonly do: string;
  readonly args?: readonly Json[];
  readonly named?: Json;
  readonly outcomes: readonly Outcome[];
}

// The file is our own: its `about` says how it was made.
const { scenes } = JSON.parse(
  readFileSync(join(__dirname, '../../fixtures/memcached2/answers.json'), 'utf8'),
) as { readonly scenes: readonly { readonly scene: string; readonly steps: readonly Step[] }[] };

/** The last release; HEAD differs from it by mistakes alone. */
const LIKE = '0.3';

/** Steps by scene and place whose answer is another one here: the row that says why, and the answer. */
const DIFFERENT: Readonly<Record<string, readonly [row: string, answer: Omit<Outcome, 'by'>]>> = {
  'a long key: set, 0': ['M5', { raises: 'ValueError' }],
  'a long key: get, 0': ['M5', { raises: 'ValueError' }],
  'a long key: get_multi, 0': ['M5', { raises: 'ValueError' }],
  'a key that is no text, of many, 1': ['M6', { is: { '5': 'five' } }],
  'a key that is no text, and two servers, 0': ['M6', { is: null }],
  'a cas id of a missing key, 0': ['M2', { raises: 'NotFound' }],
  'misses: a cas id of a missing key, 0': ['M2', { is: null }],
  'set_multi with options of one key, 1': [
    'M3',
    {
      is: {
        a: { cas_unique: false, flags: 3, key: 'a', value: '1' },
        b: { cas_unique: false, flags: 5, key: 'b', value: '2' },
      },
    },
  ],
  'cache, and misses, 0': ['M7', { is: 'computed:a' }],
  'cache, and misses, 1': ['M7', { is: 'computed:a' }],
  'stats_sizes, 0': ['M16', { is: [[]] }],
};

/** Of these the text is Python's own, and tells of its code. */
const OWN_WORDS = new Set(['KeyError', 'UnicodeEncodeError']);

let server: Memcached;
let raw: RawConnection;

beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
});
afterAll(async () => {
  await raw.close();
  await server.stop();
});

type Actor = Readonly<Record<string, (...args: unknown[]) => unknown>>;
type Actors = Map<string, unknown>;

function open({ port }: Memcached): { readonly actors: Actors; readonly close: () => void } {
  const uri = `memcached://127.0.0.1:${port}/`;
  const mc = new Memcache([uri]);
  const misses = new ExceptionsAreMissesMemcache([uri]);
  const words = new Memcache([uri], ValueSuperStr);
  const dicts = new Memcache([uri], ValueDictionary);
  const two = new Memcache([uri, uri]);
  const map = new ExceptionsAreMissesMapping([uri]);
  return {
    actors: new Map(Object.entries({ mc, misses, words, dicts, two, map })),
    close: () => {
      for (const each of [mc, misses, words, dicts, two, map.memcache]) each.close();
    },
  };
}

async function iterate(mapping: AsyncIterable<unknown>): Promise<void> {
  for await (const key of mapping) expect(key).toBeUndefined();
}

const compute = (key: unknown, ...args: unknown[]): string => `computed:${[key, ...args].join()}`;

async function perform(actors: Actors, step: Step): Promise<unknown> {
  const actor = actors.get(step.on);
  if (step.do === 'iterate') return iterate(actor as AsyncIterable<unknown>);
  const given: unknown[] = [...(step.args ?? [])];
  if (step.do === 'cache') given.splice(1, 0, compute);
  if (step.named !== undefined) given.push(step.named);
  const method = (actor as Actor)[step.do];
  if (method === undefined) throw new Error(`no method ${step.do}`);
  return method.apply(actor, given);
}

/** As the recorder writes it. */
function plain(value: unknown): Json {
  if (value === undefined) return null;
  if (value instanceof ValueSuperStr) {
    const { key, flags, cas_unique, cas_unavailable: used } = value;
    return { text: String(value), key, flags, cas: cas_unique !== null, used };
  }
  if (value instanceof ValueDictionary) {
    return { ...value, cas_unique: value.cas_unique !== null };
  }
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([key, each]) => [String(key), plain(each)]));
  }
  // JSON.parse made a number of it that is not exact.
  if (typeof value === 'bigint') return Number(value);
  return value as Json;
}

async function outcomeOf(actors: Actors, step: Step): Promise<Omit<Outcome, 'by'>> {
  try {
    const answer = await perform(actors, step);
    if (answer instanceof ValueSuperStr) actors.set('held', answer);
    return { is: plain(answer) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const told = { raises: error.name, says: error.message };
    return error instanceof MultiStorageException
      ? { ...told, results: plain(error.results) }
      : told;
  }
}

/** What Python said nothing about, or in words of its own, is not compared; nor of which kind a refusal was. */
function comparable(outcome: Omit<Outcome, 'by'>, like: Omit<Outcome, 'by'>): Omit<Outcome, 'by'> {
  const { says, ...rest } = outcome;
  const isOwn = like.says === undefined || like.says === '' || OWN_WORDS.has(like.raises ?? '');
  const text = JSON.stringify(isOwn ? rest : { ...rest, says });
  return JSON.parse(text.replace(/"CLIENT_ERROR [^"]*"/g, '"CLIENT_ERROR"')) as Outcome;
}

it.each(scenes)('$scene', async ({ scene, steps }) => {
  await raw.flush();
  // A server goes on counting entries for a while that were flushed.
  await using fresh = steps.some((step) => step.do === 'size') ? await Memcached.start() : null;
  const { actors, close } = open(fresh ?? server);
  try {
    for (const [i, step] of steps.entries()) {
      const recorded = step.outcomes.find(({ by }) => by.includes(LIKE)) ?? { by: [] };
      const { by, ...python } = recorded;
      expect(by).toContain(LIKE);
      const [, expected = python] = DIFFERENT[`${scene}, ${i}`] ?? [];
      const came = await outcomeOf(actors, step);
      expect([i, comparable(came, expected)]).toEqual([i, comparable(expected, expected)]);
    }
  } finally {
    close();
  }
});

it('every step that differs is one of the recording, and differs', () => {
  for (const place of Object.keys(DIFFERENT)) {
    const [, scene = '', index = ''] = /^(.*), (\d+)$/.exec(place) ?? [];
    const step = scenes.find((each) => each.scene === scene)?.steps[Number(index)];
    const [, { says: _says, ...answer }] = DIFFERENT[place] ?? ['', {}];
    expect(step?.outcomes.find(({ by }) => by.includes(LIKE))).not.toMatchObject(answer);
  }
});
