// MockMemcacheClient answers as the one of the installed pymemcache 3.5.2 (pymemcache.test.utils).

import { fc } from '../../lib/testing/random';
import { MockMemcacheClient, pickle_serde, type ClientOptions } from '../../lib/clients/pymemcache';
import {
  bytes,
  call,
  Float,
  float,
  New,
  Python,
  PythonObject,
  show,
  toJavaScript,
  type Call,
  type PythonValue,
} from '../support';
import { parametersOf, settings, turns, type Setting } from './games';
import { RELEASE } from './pair';
import { askOurs, askPython } from './told';

let python: Python;

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  await python.exec(`
import time as real_time
import pymemcache.test.utils
from pymemcache import serde
from pymemcache.test import utils

class Clock(object):
    passed = 0
    def time(self):
        return real_time.time() + self.passed

clock = Clock()
pymemcache.test.utils.time = clock
`);
});
afterAll(() => python.stop());

const no = { noreply: false } as const;
const yes = { noreply: true } as const;
const dict = (...pairs: [PythonValue, PythonValue][]): Map<PythonValue, PythonValue> =>
  new Map(pairs);

/** Seconds that pass. */
const PASS = 'pass';

const CALLS: readonly Call[] = [
  call('get', ['k']),
  call('get', ['k', 'miss']),
  call('get', ['k'], { default: 5 }),
  call('set', ['k', 'text']),
  call('get', ['k']),
  call('set', ['k', bytes('\xff\0'), 60, false, 7]),
  call('get', ['k']),
  call('set', ['k', 'caf\xe9']),
  call('set', ['k', null]),
  call('get', ['k', 'miss']),
  call('add', ['k', 'over null'], no),
  call('set', ['k', 5], { flags: 9 }),
  call('get', ['k']),
  call('set', ['k', float(1.5)]),
  call('get', ['k']),
  call('set', ['k', [1, 'a']]),
  call('append', ['k', [2]]),
  call('append', ['k', 'x']),
  call('get', ['k']),
  call('set', ['k', 'v'], { expire: '5' }),
  call('set', ['k', 'v'], { expire: null }),
  // time
  call('set', ['soon', 'v', 10]),
  call('set', ['past', 'v', -1]),
  call('get', ['past']),
  call('get', ['soon']),
  call(PASS, [11]),
  call('get', ['soon']),
  call('set', ['soon', 'v', 10]),
  call('touch', ['soon', 100]),
  call(PASS, [11]),
  call('get', ['soon']),
  call('touch', ['soon']),
  call(PASS, [1000]),
  call('get', ['soon']),
  call('set', ['soon', 'v', 1]),
  call(PASS, [2]),
  call('delete', ['soon'], no),
  call('touch', ['none', 5]),
  call('touch', ['none', 5, false]),
  call('touch', ['soon', 5, false]),
  // add, replace, append, prepend
  call('add', ['a', 'v']),
  call('add', ['a', 'w']),
  call('add', ['a', 'w'], no),
  call('add', ['b', 'w', 0, false]),
  call('add', ['b', 'w', 0, null]),
  call('replace', ['a', 'x']),
  call('replace', ['a', 'x', 0, false]),
  call('replace', ['none', 'x']),
  call('replace', ['none', 'x'], no),
  call('append', ['a', 'y']),
  call('prepend', ['a', 'w'], no),
  call('append', ['none', 'y'], no),
  call('append', ['a', 'caf\xe9']),
  call('append', ['none', 'caf\xe9']),
  call('append', ['a', 5]),
  call('get', ['a']),
  call('cas', ['a', 'v', '1']),
  // many
  call('set_many', [dict(['m1', 'one'], [bytes('m2'), 'two'])]),
  call('set_multi', [dict(['m3', null])], no),
  call('get_many', [['m1', 'm2', 'm3', 'm4']]),
  call('get_multi', [[bytes('m1')]]),
  call('get_many', [[]]),
  call('delete_many', [['m1', 'none']]),
  call('delete_multi', [['m2']], no),
  call('get_many', [['m1', 'm2']]),
  call('delete', ['a']),
  call('delete', ['a']),
  call('delete', ['a'], no),
  call('delete', ['b', null]),
  // counters
  call('incr', ['n', 1]),
  call('set', ['n', 10]),
  call('incr', ['n', 5]),
  call('incr', ['n', 5], yes),
  call('decr', ['n', 100]),
  call('decr', ['n', 1, true]),
  call('incr', ['n', 2n ** 70n]),
  call('decr', ['n', 2n ** 70n]),
  call('get', ['n']),
  call('set', ['n', '10']),
  call('incr', ['n', 1]),
  call('set', ['n', float(0.5)]),
  call('incr', ['n', 1]),
  call('get', ['n']),
  // keys
  call('get', ['a b']),
  call('get', ['a\n']),
  call('get', ['caf\xe9']),
  call('get', ['k'.repeat(251)]),
  call('get', [5]),
  call('check_key', ['k']),
  call('set', [bytes('same'), 1]),
  call('get', ['same']),
  // the server
  call('version'),
  call('cache_memlimit', [5]),
  call('quit'),
  call('close'),
  call('set', ['k', 'v']),
  call('flush_all'),
  call('get', ['k']),
  call('set', ['k', 'v']),
  call('flush_all', [5], no),
  call('set', ['k', 'v']),
  call('clear'),
  call('get', ['k']),
];

interface Kind {
  readonly name: string;
  readonly theirs: Readonly<Record<string, PythonValue>>;
  readonly ours: ClientOptions;
}
const KINDS: readonly Kind[] = [
  { name: 'by default', theirs: {}, ours: {} },
  {
    name: 'with a serde and any key',
    theirs: {
      serde: new New('pymemcache.serde.PickleSerde', []),
      allow_unicode_keys: true,
      encoding: 'utf-8',
    },
    ours: { serde: pickle_serde, allow_unicode_keys: true, encoding: 'utf-8' },
  },
];

/** Any calls: the mock knows no key_prefix, no sockets, and no cas ids. */
it('games of calls end alike', async () => {
  // P61: text that a serde makes of a number is bytes in ours.
  const setting = settings('HashClient').filter(({ serde }) => serde !== 3);
  const play = async (made: Setting, game: readonly Call[]): Promise<void> => {
    const { source, ours } = parametersOf(made);
    const kwargs = new Map(Object.entries(made.kwargs));
    await python.exec(`mock = utils.MockMemcacheClient(**dict(kwargs, **${source}))`, { kwargs });
    const theirs = new PythonObject(python, 'mock');
    const mock = new MockMemcacheClient({ release: RELEASE, ...ours });
    for (const each of game) {
      const [expected, told] = [await askPython(theirs, each), await askOurs(mock, each)];
      // A noreply of 1 is answered by 1 there.
      const returned = expected.returned === 1 && told.returned === true ? { returned: true } : {};
      expect([show(each), told]).toEqual([show(each), { ...expected, ...returned }]);
    }
  };
  // A float that is whole is an int in JavaScript.
  const isWhole = (arg: PythonValue): boolean =>
    arg instanceof Float && Number.isInteger(arg.value);
  const turn = turns('Client').filter(
    ({ method, args, kwargs }) =>
      !/^(stats|disconnect_all)$/.test(method) && !('bogus' in kwargs) && !args.some(isWhole),
  );
  const game = fc.array(turn, { minLength: 20, maxLength: 60 });
  const numRuns = Number(process.env['GAMES'] ?? 15);
  await fc.assert(fc.asyncProperty(setting, game, play), {
    numRuns,
    endOnFailure: true,
  });
}, 60_000);

describe.each(KINDS)('$name', ({ theirs: kwargs, ours: options }) => {
  let theirs: PythonObject;
  let ours: MockMemcacheClient;
  let passed = 0;

  beforeAll(async () => {
    theirs = await python.create('pymemcache.test.utils.MockMemcacheClient', [], kwargs);
    await python.exec('clock.passed = 0');
    ours = new MockMemcacheClient({ release: RELEASE, ...options });
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + passed * 1000);
  });
  afterAll(() => jest.restoreAllMocks());

  it.each(CALLS.map((each, i) => [i, show(each), each] as const))('%i %s', async (_i, _s, each) => {
    if (each.method === PASS) {
      passed += Number(each.args[0]);
      await python.exec('clock.passed += seconds', { seconds: each.args[0] ?? 0 });
    } else {
      expect(await askOurs(ours, each)).toEqual(await askPython(theirs, each));
    }
  });

  it('stats', async () => {
    const said = (await theirs.call('stats')) as ReadonlyMap<string, PythonValue>;
    expect(await ours.stats()).toEqual(
      Object.assign(
        Object.create(null) as object,
        Object.fromEntries([...said].map(([name, value]) => [name, toJavaScript(value)])),
      ),
    );
  });
});
