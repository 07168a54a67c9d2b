// The client's own: hooks, keys, options, what is answered for each reply, and settings that change under way.

import { ServerError as ErrorLine, ValueError } from '../../errors';
import { ModelServer } from '../../net/testing/model-server';
import { textSpeech } from '../../net/testing/text-speech';
import * as pylibmc from './index';
import { CacheMiss, Client, type ClientOptions } from './index';
import { Servers } from './testing/servers';

const servers = new Servers();
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect_all();
  await servers.close();
});

function kept<C extends Client>(client: C): C {
  clients.push(client);
  return client;
}

async function start(options: ClientOptions = {}) {
  const model = new ModelServer();
  const server = await servers.text(model);
  return { model, server, mc: kept(new Client([server.name], options)) };
}

async function scripted(reply: string, options: ClientOptions = {}) {
  const server = await servers.scripted(() => reply);
  return { server, mc: kept(new Client([server.name], options)) };
}

describe('exceptions', () => {
  it('are children of Error with the codes of libmemcached', () => {
    expect(pylibmc.exceptions.map(([name]) => name)).toHaveLength(28);
    for (const [name, exception] of pylibmc.exceptions) {
      const error = new exception('what');
      expect(error).toBeInstanceOf(pylibmc.Error);
      expect([error.name, error.message, error.retcode]).toEqual([name, 'what', exception.retcode]);
    }
    expect(pylibmc.Error).toBe(pylibmc.MemcachedError);
    expect(pylibmc.TooBig.retcode).toBe(37);
    expect(pylibmc.CacheMiss.retcode).toBeUndefined();
  });
});

/** Answers to each reply, from the real client over a server that lies. */
const REPLIES: readonly (readonly [
  reply: string,
  answers: Readonly<Record<'get' | 'set' | 'delete' | 'incr' | 'touch', unknown>>,
])[] = [
  ['ERROR', { get: null, set: 11, delete: 11, incr: 11, touch: 11 }],
  ['CLIENT_ERROR x', { get: null, set: 9, delete: 9, incr: 9, touch: 9 }],
  ['SERVER_ERROR x', { get: null, set: 10, delete: 10, incr: 10, touch: 10 }],
  [
    'SERVER_ERROR out of memory storing object',
    { get: null, set: 48, delete: 48, incr: 48, touch: 48 },
  ],
  [
    'SERVER_ERROR object too large for cache',
    { get: null, set: 37, delete: 37, incr: 37, touch: 37 },
  ],
  ['NOT_STORED', { get: 7, set: false, delete: 7, incr: 7, touch: 7 }],
  ['NOT_FOUND', { get: 7, set: 7, delete: false, incr: 16, touch: false }],
];

describe.each(REPLIES)('%s', (reply, answers) => {
  const CALLS: Readonly<Record<string, (mc: Client) => Promise<unknown>>> = {
    get: (mc) => mc.get('k'),
    set: (mc) => mc.set('k', 1),
    delete: (mc) => mc.delete('k'),
    incr: (mc) => mc.incr('k'),
    touch: (mc) => mc.touch('k', 1),
  };

  it.each(Object.entries(answers))('to %s is %p', async (name, answer) => {
    const { mc } = await scripted(`${reply}\r\n`);
    const given = await CALLS[name]?.(mc).catch((error: unknown) => error);
    if (typeof answer !== 'number') return expect(given).toBe(answer);
    expect(given).toBeInstanceOf(pylibmc.Error);
    expect((given as pylibmc.MemcachedError).retcode).toBe(answer);
  });

  it('to get_multi is no entries', async () => {
    const { mc } = await scripted(`${reply}\r\n`);
    expect(await mc.get_multi(['k', 'l'])).toEqual(new Map());
  });
});

it('an error of a server has the line that it answered', async () => {
  const { mc } = await scripted('SERVER_ERROR object too large for cache\r\n');
  const error = await mc.set('k', 1).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'TooBig', message: '' });
  expect((error as Error).cause).toEqual(new ErrorLine('SERVER_ERROR object too large for cache'));
});

describe('a server that refuses connections', () => {
  async function dead(behaviors = {}) {
    const server = await servers.text();
    await server.close();
    return kept(new Client([server.name], { behaviors: { cas: 1, ...behaviors } }));
  }

  it.each<[string, (mc: Client) => Promise<unknown>, string, string]>([
    ['get', (mc) => mc.get('k'), 'ConnectionError', 'ServerDown'],
    ['gets', (mc) => mc.gets('k'), 'ConnectionError', 'ServerDown'],
    ['set', (mc) => mc.set('k', 1), 'ConnectionError', 'ServerDown'],
    ['cas', (mc) => mc.cas('k', 1, 1), 'ConnectionError', 'ServerDown'],
    ['delete', (mc) => mc.delete('k'), 'ConnectionError', 'ServerDown'],
    ['incr', (mc) => mc.incr('k'), 'ConnectionError', 'ServerDown'],
    ['touch', (mc) => mc.touch('k', 1), 'WriteError', 'WriteError'],
    ['get_multi of one', (mc) => mc.get_multi(['k']), 'ConnectionError', 'ServerDown'],
    ['get_multi of two', (mc) => mc.get_multi(['k', 'l']), 'ServerDown', 'ServerDown'],
    ['set_multi', (mc) => mc.set_multi({ k: 1 }), 'ConnectionError', 'ServerDown'],
    ['delete_multi', (mc) => mc.delete_multi(['k']), 'ConnectionError', 'ServerDown'],
    ['incr_multi', (mc) => mc.incr_multi(['k', 'l']), 'Error', 'Error'],
    ['get_stats', (mc) => mc.get_stats(), 'SomeErrors', 'SomeErrors'],
    ['flush_all', (mc) => mc.flush_all(), 'SomeErrors', 'SomeErrors'],
    ['__contains__', (mc) => mc.__contains__('k'), 'ConnectionError', 'ServerDown'],
  ])('%s', async (_name, call, first, then) => {
    const mc = await dead({ retry_timeout: 1000 });
    await expect(call(mc)).rejects.toMatchObject({ name: first });
    await expect(call(mc)).rejects.toMatchObject({ name: then });
  });

  it('that comes back is used by the next call when retry_timeout is over', async () => {
    const mc = await dead({ retry_timeout: 0 });
    await expect(mc.get('k')).rejects.toThrow(pylibmc.ConnectionError);
    await expect(mc.get('k')).rejects.toThrow(pylibmc.ConnectionError);
  });

  it('is told by name: no such host, no such socket', async () => {
    // Too long for a name: answered without asking anybody.
    const lost = kept(new Client([`${'a'.repeat(64)}.invalid`]));
    await expect(lost.get('k')).rejects.toThrow(pylibmc.HostLookupError);
    const socket = kept(new Client(['/nosuch/memcached.sock']));
    await expect(socket.get('k')).rejects.toMatchObject({ name: 'Error', retcode: 26 });
  });
});

it('a lost connection fails the calls on it, and the next call makes another', async () => {
  const model = new ModelServer();
  const server = await servers.scripted((received, socket, connection) => {
    if (connection > 0) return textSpeech.run(received, model);
    socket.destroy();
    return undefined;
  });
  const mc = kept(new Client([server.name]));
  await expect(mc.set('k', 1)).rejects.toThrow(pylibmc.ConnectionError);
  expect(await mc.set('k', 2)).toBe(true);
  expect(await mc.get('k')).toBe(2);
});

it('a server that hangs: a get says so, a get of many finds nothing, and flush_all was not done', async () => {
  const server = await servers.scripted(() => undefined);
  const mc = kept(new Client([server.name], { behaviors: { _poll_timeout: 300 } }));
  const calls = [mc.get('k'), mc.get_multi(['k']), mc.flush_all()];
  const [one, many, all] = await Promise.allSettled(calls);
  expect(one).toMatchObject({ reason: { name: 'Error', retcode: 31 } });
  expect(many).toEqual({ status: 'fulfilled', value: new Map() });
  expect(all).toMatchObject({ reason: { name: 'SomeErrors', retcode: 19 } });
});

describe('hooks', () => {
  class Shouting extends Client {
    override serialize(value: unknown): [Uint8Array, number] {
      if (typeof value !== 'string') return super.serialize(value);
      return [Buffer.from(value.toUpperCase()), 1024];
    }
    override deserialize(bytes: Buffer, flags: number): unknown {
      if (bytes.toString() === 'GONE') throw new CacheMiss();
      return (flags & 1024) === 0 ? super.deserialize(bytes, flags) : `${bytes.toString()}!`;
    }
  }

  async function shouting() {
    const model = new ModelServer();
    const server = await servers.text(model);
    return { model, mc: kept(new Shouting([server.name], { behaviors: { cas: 1 } })) };
  }

  it('make and read entries', async () => {
    const { model, mc } = await shouting();
    expect(await mc.set('k', 'hello')).toBe(true);
    expect(await mc.set('n', 5)).toBe(true);
    expect(model.entries.get('k')).toMatchObject({ flags: 1024, data: 'HELLO' });
    expect(await mc.get('k')).toBe('HELLO!');
    expect((await mc.gets('k'))[0]).toBe('HELLO!');
    expect(await mc.get_multi(['k', 'n'])).toEqual(
      new Map<string, unknown>([
        ['k', 'HELLO!'],
        ['n', 5],
      ]),
    );
  });

  it('get inflated bytes, and the flags as they are', async () => {
    const { mc } = await shouting();
    const seen: unknown[] = [];
    mc.deserialize = (bytes, flags) => seen.push(bytes.toString(), flags);
    await mc.set('k', 'a'.repeat(1000), { min_compress_len: 10 });
    await mc.get('k');
    expect(seen).toEqual(['A'.repeat(1000), 1024 + 8]);
  });

  it('that raise CacheMiss make a miss', async () => {
    const { mc } = await shouting();
    await mc.set('k', 'gone');
    expect(await mc.get('k')).toBeNull();
    expect(await mc.get('k', 5)).toBe(5);
    expect(await mc.gets('k')).toEqual([null, null]);
    expect(await mc.get_multi(['k'])).toEqual(new Map());
    expect(await mc.__contains__('k')).toBe(false);
    mc.behaviors.cas = 0;
    expect(await mc.get('k', 6)).toBe(6);
    expect(await mc.get_multi(['k'])).toEqual(new Map());
  });

  it('that throw something else are heard', async () => {
    const { mc } = await shouting();
    await mc.set('k', 'x');
    mc.deserialize = () => {
      throw new RangeError('mine');
    };
    await expect(mc.get('k')).rejects.toThrow(new RangeError('mine'));
    await expect(mc.get_multi(['k'])).rejects.toThrow(new RangeError('mine'));
  });

  it('are those of its class in a clone', async () => {
    const { mc } = await shouting();
    const clone = kept(mc.clone());
    expect(clone).toBeInstanceOf(Shouting);
    await clone.set('k', 'hello');
    expect(await mc.get('k')).toBe('HELLO!');
  });

  it('are called as Python calls them by whoever wants', () => {
    const mc = new Client(['h']);
    expect(mc.serialize(1)).toEqual([Buffer.from('1'), 4]);
    expect(mc.deserialize(Buffer.from('1'), 2)).toBe(1);
    expect(mc.deserialize(Buffer.from('x'), 8 + 16)).toBe('x');
  });
});

describe('keys', () => {
  it('are text or bytes, and come back as they were asked', async () => {
    const { mc } = await start();
    const bytes = Buffer.from('b');
    expect(
      await mc.set_multi(
        new Map<pylibmc.Key, unknown>([
          ['é', 1],
          [bytes, 2],
        ]),
      ),
    ).toEqual([]);
    const found = await mc.get_multi(['é', bytes, 'none']);
    expect(found).toEqual(
      new Map<unknown, unknown>([
        ['é', 1],
        [bytes, 2],
      ]),
    );
    expect(found.get(bytes)).toBe(2);
    expect(await mc.get('b')).toBe(2);
  });

  it('that are empty are missing', async () => {
    const { server, mc } = await start({ behaviors: { cas: 1 } });
    expect(await mc.get('', 1)).toBe(1);
    expect(await mc.gets('')).toEqual([null, null]);
    expect(await mc.set('', 1)).toBe(false);
    expect(await mc.delete('')).toBe(false);
    expect(await mc.get_multi([''])).toEqual(new Map());
    expect(await mc.set_multi({ '': 1 })).toEqual(['']);
    await expect(mc.incr('')).rejects.toThrow(pylibmc.BadKeyProvided);
    expect(server.received.join('')).toBe('');
  });

  it.each(['k'.repeat(251), 'é'.repeat(126)])('%# too long is a ValueError', async (key) => {
    const { mc } = await start();
    const length = Buffer.byteLength(key);
    const error = new ValueError(`key length ${length} too long, max is 250`);
    await expect(mc.get(key)).rejects.toThrow(error);
    await expect(mc.set(key, 1)).rejects.toThrow(error);
    await expect(mc.incr(key)).rejects.toThrow(error);
    await expect(mc.get_multi([key])).rejects.toThrow(error);
    await expect(mc.set_multi({ [key]: 1 })).rejects.toThrow(error);
    expect(mc.hash(key)).toBe(0);
  });

  it('and prefix too long: ValueError or BadKeyProvided', async () => {
    const { server, mc } = await start();
    const [key, key_prefix] = ['k'.repeat(200), 'p'.repeat(100)];
    await expect(mc.get_multi([key], key_prefix)).rejects.toThrow(pylibmc.BadKeyProvided);
    await expect(mc.incr_multi([key], { key_prefix })).rejects.toThrow(pylibmc.BadKeyProvided);
    await expect(mc.set_multi({ [key]: 1 }, { key_prefix })).rejects.toThrow(ValueError);
    await expect(mc.delete_multi([key], { key_prefix })).rejects.toThrow(ValueError);
    expect(server.received.join('')).toBe('');
  });

  it('with verify_keys are graphic ASCII', async () => {
    const { mc } = await start({ behaviors: { verify_keys: 1 } });
    for (const key of ['é', 'a b', '\x7f', 'a\t']) {
      await expect(mc.get(key)).rejects.toThrow(pylibmc.BadKeyProvided);
      expect(await mc.set(key, 1)).toBe(false);
      expect(await mc.set_multi({ [key]: 1 })).toEqual([key]);
    }
  });

  it('have a prefix in calls of many, which counts for their place, and a namespace, which does not', async () => {
    const { model, mc } = await start({ behaviors: { namespace: Buffer.from('ns:') } });
    expect(await mc.set_multi({ a: 1 }, { key_prefix: 'p' })).toEqual([]);
    expect([...model.entries.keys()]).toEqual(['ns:pa']);
    expect(await mc.get_multi(['a'], 'p')).toEqual(new Map([['a', 1]]));
    expect(await mc.incr_multi(['a'], 'p', 3)).toBeNull();
    expect(await mc.get('pa')).toBe(4);
    const names = ['x:1', 'y:1', 'z:1'];
    const spread = (behaviors: pylibmc.Behaviors): number[] =>
      Array.from({ length: 60 }, (_, i) => new Client(names, { behaviors }).hash(`k${i}`));
    expect(spread({ namespace: 'ns:' })).toEqual(spread({}));
    expect(spread({ namespace: 'ns:', _hash_with_prefix_key: 1 })).not.toEqual(spread({}));
  });
});
