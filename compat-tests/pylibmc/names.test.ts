// Exceptions, constants, server specs and behaviors: each is in ours what it is in the real pylibmc 1.6.3.

import * as pylibmc from '../../lib/clients/pylibmc';
import {
  call,
  comparable,
  float,
  Python,
  toJavaScript,
  tuple,
  type PythonValue,
  type Said,
} from '../support';
import { askOurs, askTheirs, essence } from './pair';

jest.setTimeout(30_000);

let python: Python;
beforeAll(async () => {
  python = await Python.start({ modules: ['pylibmc'] });
  await python.exec('import _pylibmc, pylibmc, pylibmc.client');
});
afterAll(() => python.stop());

/** What an expression comes to in Python. */
async function theirs(source: string, names: Readonly<Record<string, PythonValue>> = {}) {
  const outcome = await python.evalOutcome(source, names);
  if ('returned' in outcome) return { returned: comparable(outcome.returned) };
  return { raised: essence(outcome.raised.type, outcome.raised.message) };
}

/** The same of a function of ours. */
function ours(run: () => unknown): Said {
  try {
    return { returned: comparable(run()) };
  } catch (error) {
    const { name, message } = error as Error;
    return { raised: essence(name, message) };
  }
}

describe('exceptions', () => {
  it('have the names, the order, the base and the codes that they have in Python', async () => {
    const source =
      "[(name, e.__name__, getattr(e, 'retcode', None), [b.__name__ for b in e.__bases__]) for name, e in _pylibmc.exceptions]";
    const baseOf = (each: object): string => {
      const base = Object.getPrototypeOf(each) as { name: string };
      if (base === Error) return 'Exception';
      return base === pylibmc.MemcachedError ? 'Error' : base.name;
    };
    const listed = pylibmc.exceptions.map(([name, each]) => {
      const { name: own } = new each();
      return [name, own, each.retcode ?? null, [baseOf(each)]];
    });
    expect(listed).toEqual((await theirs(source)).returned);
  });

  it('are there under their names', async () => {
    const names = await python.eval('[name for name, e in _pylibmc.exceptions]');
    for (const name of names as string[]) expect(Reflect.has(pylibmc, name)).toBe(true);
    expect(await python.eval('pylibmc.MemcachedError is pylibmc.Error')).toBe(true);
    expect(pylibmc.MemcachedError).toBe(Reflect.get(pylibmc, 'Error'));
  });
});

it.each([
  'hashers',
  'distributions',
  'all_behaviors',
  'all_callbacks',
  'server_type_tcp',
  'server_type_udp',
  'server_type_unix',
])('%s', async (name) => {
  const value: unknown = Reflect.get(pylibmc, name);
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  const made = isTable ? new Map(Object.entries(value)) : value;
  const source = `getattr(_pylibmc, '${name}', None) or getattr(pylibmc, '${name}')`;
  expect(comparable(made)).toEqual((await theirs(source)).returned);
});

it.each<readonly [spec: PythonValue, ...more: PythonValue[]]>([
  ['h'],
  ['h:1'],
  ['h:1:3'],
  ['h:1:3:4'],
  ['h:'],
  ['h:x'],
  ['h: 7 '],
  ['h:1_0'],
  [''],
  [':1'],
  ['[::1]'],
  ['[::1]:5'],
  ['[::1]:5:2'],
  ['[::1'],
  ['[::1]x'],
  ['::1'],
  ['/path'],
  ['/path', 7, 2],
  ['unix:/x'],
  ['udp:h:2'],
  ['h', 1234, 2],
  ['h', '1234', '2'],
  ['h:1', 99],
])('translate_server_spec(%j, ...%j)', async (...args) => {
  const said = ours(() => Reflect.apply(pylibmc.translate_server_spec, undefined, args));
  expect(said).toEqual(await theirs('pylibmc.client.translate_server_spec(*args)', { args }));
});

/** A dict of behaviors is an object in JavaScript. */
const plain = (value: PythonValue): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value;

describe('a client', () => {
  it.each<[servers: PythonValue, kwargs: Readonly<Record<string, PythonValue>>]>([
    [[], {}],
    [['::1'], {}],
    [['unix:/x'], {}],
    [['h', '/path'], {}],
    [['h'], { username: 'u' }],
    [['h'], { password: 'p' }],
    [['h'], { username: 'u', password: 'p' }],
    [['h'], { username: 'u', binary: true }],
    [['h'], { bogus: 1 }],
    [['h'], { behaviors: new Map([['bogus', 1]]) }],
    [['h'], { behaviors: new Map([['worse', 1], ['bogus', 1]]) }], // prettier-ignore
    [['h'], { behaviors: new Map([['hash', 'sha1']]) }],
    [['h'], { behaviors: new Map([['distribution', 'consistent_ketama']]) }],
    [['h'], { behaviors: new Map([['verify_keys', 0]]), binary: true }],
    [['h'], { behaviors: new Map([['cas', 'yes']]) }],
  ])('of %j and %j is refused as in Python', async (servers, kwargs) => {
    const said = ours(() => {
      const named = Object.entries(kwargs).map(([name, value]) => [name, plain(value)]);
      return typeof Reflect.construct(pylibmc.Client, [servers, Object.fromEntries(named)]);
    });
    const source = 'pylibmc.Client(servers, **kwargs)';
    const names = { servers, kwargs: new Map(Object.entries(kwargs)) };
    expect(said).toEqual(await theirs(source, names));
    expect(said.raised).toBeDefined();
  });

  it.each<readonly [servers: readonly PythonValue[], binary: boolean]>([
    [['h', 'h2:5:3'], false],
    [['[::1]:5'], true],
    [[tuple(1, 'h', 7)], false],
  ])('of %j shows itself as in Python', async (servers, binary) => {
    const mc = new pylibmc.Client(toJavaScript(servers) as string[], { binary });
    const source = 'str(pylibmc.Client(servers, binary=binary))';
    expect(String(mc)).toBe(await python.eval(source, { servers, binary }));
  });
});

describe('behaviors', () => {
  /** Of the sockets' buffers, which Node does not tell: docs/pylibmc.md. */
  const SOCKETS = ['_socket_send_size', '_socket_recv_size'];

  const theirDict = 'dict(mc.behaviors)';
  const ourDict = (mc: pylibmc.Client): Map<string, unknown> =>
    new Map(Object.entries({ ...mc.behaviors }));
  function withoutSockets(dict: unknown): Map<string, unknown> {
    const entries = [...(dict as ReadonlyMap<string, unknown>)];
    return new Map(entries.filter(([name]) => !SOCKETS.includes(name)));
  }

  it.each([
    ['text', false],
    ['binary', true],
  ])('have the same names, order and defaults with the %s protocol', async (_wire, binary) => {
    await python.exec("mc = pylibmc.Client(['127.0.0.1:1'], binary=binary)", { binary });
    const mc = new pylibmc.Client(['127.0.0.1:1'], { binary });
    const theirs = withoutSockets(await python.eval(theirDict));
    expect([...ourDict(mc)]).toEqual([...theirs]);
    expect(theirs.size).toBeGreaterThan(25);
  });

  const VALUES: Readonly<Record<string, readonly PythonValue[]>> = {
    hash: ['md5', 'crc', 'fnv1a_64', 'sha1', 1],
    distribution: ['consistent', 'consistent weighted', 'consistent max', 'virtual bucket', 'random', 'ring', 2], // prettier-ignore
    buffer_requests: [0, false, 'x', null], // on is refused: pylibmc-differences.test.ts
    ketama_hash: ['md5', 'crc', 0, 5, 'sha1'],
  };
  const NUMBERS: readonly PythonValue[] = [0, 1, 2, true, 5000, -1, float(1.5), 'x', null];

  it.each(pylibmc.all_behaviors.filter((name) => !SOCKETS.includes(name)))(
    '%s takes and refuses the same values, and reads back the same, with all others',
    async (name) => {
      for (const value of VALUES[name] ?? NUMBERS) {
        await python.exec("mc = pylibmc.Client(['127.0.0.1:1', '127.0.0.1:2'])");
        const mc = new pylibmc.Client(['127.0.0.1:1', '127.0.0.1:2']);
        const names = { name, value };
        const said = ours(() => mc.behaviors.update({ [name]: toJavaScript(value) }));
        expect({ name, value, ...said }).toEqual({ name, value, ...(await theirs('mc.behaviors.update({name: value})', names)) }); // prettier-ignore
        const [ourNow, theirNow] = [ourDict(mc), withoutSockets(await python.eval(theirDict))];
        expect({ name, value, is: [...ourNow] }).toEqual({ name, value, is: [...theirNow] });
      }
    },
  );

  it('british spellings raise', async () => {
    const mc = new pylibmc.Client(['h']);
    const source = "pylibmc.Client(['h']).behaviours";
    expect(ours(() => Reflect.get(mc, 'behaviours') as unknown)).toEqual(await theirs(source));
  });

  it('are copied to a clone, and then each has its own', async () => {
    const mc = new pylibmc.Client(['127.0.0.1:1'], { behaviors: { ketama: true, cas: true } });
    await python.exec(
      "mc = pylibmc.Client(['127.0.0.1:1'], behaviors={'ketama': True, 'cas': True}); copy = mc.clone(); copy.behaviors['cas'] = 0",
    );
    const copy = mc.clone();
    copy.behaviors.cas = 0;
    const theirs = [await python.eval(theirDict), await python.eval('dict(copy.behaviors)')];
    expect([ourDict(mc), ourDict(copy)]).toEqual(theirs.map(withoutSockets));
    const said = await askOurs(copy, call('hash', ['k']));
    expect(said).toEqual(await askTheirs(await python.create('pylibmc.Client', [['h']]), call('hash', ['k']))); // prettier-ignore
  });
});
