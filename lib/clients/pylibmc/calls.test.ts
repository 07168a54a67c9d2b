// Methods one by one: parameters by position and by name, signals, numbers, items, copies of a client, and its end.

import { KeyError, OverflowError, ValueError } from '../../errors';
import { ModelServer } from '../../net/testing/model-server';
import { Client, NotFound, type CallOptions, type ClientOptions } from './index';
import { Servers } from './testing/servers';

const servers = new Servers();
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect_all();
  await servers.close();
});

async function start(options: ClientOptions = {}) {
  const model = new ModelServer();
  const server = await servers.text(model);
  const mc = new Client([server.name], options);
  clients.push(mc);
  return { model, server, mc };
}

async function scripted(reply: string, options: ClientOptions = {}) {
  const server = await servers.scripted(() => reply);
  const mc = new Client([server.name], options);
  clients.push(mc);
  return { server, mc };
}

type Call = (mc: Client, options: CallOptions) => Promise<unknown>;

/** Every method that asks a server, with its options in each place where they may stand. */
const CALLS: Readonly<Record<string, Call>> = {
  add: (mc, o) => mc.add('k', 1, 5, 10, 6, o),
  add_multi: (mc, o) => mc.add_multi({ k: 1 }, 5, 'p', 10, 6, o),
  append: (mc, o) => mc.append('k', 1, o),
  cas: (mc, o) => mc.cas('k', 1, 2, 5, o),
  decr: (mc, o) => mc.decr('k', { delta: 2, ...o }),
  delete: (mc, o) => mc.delete('k', o),
  delete_multi: (mc, o) => mc.delete_multi(['k'], 'p', o),
  flush_all: (mc, o) => mc.flush_all(5, o),
  get: (mc, o) => mc.get('k', null, o),
  get_multi: (mc, o) => mc.get_multi(['k'], { key_prefix: 'p', ...o }),
  get_stats: (mc, o) => mc.get_stats('items', o),
  gets: (mc, o) => mc.gets('k', o),
  incr: (mc, o) => mc.incr('k', 2, o),
  incr_multi: (mc, o) => mc.incr_multi(['k'], 'p', 2, o),
  prepend: (mc, o) => mc.prepend('k', 1, 5, { min_compress_len: 9, ...o }),
  replace: (mc, o) => mc.replace('k', 1, { time: 5, compress_level: 9, ...o }),
  set: (mc, o) => mc.set('k', 1, 5, 10, { compress_level: 6, ...o }),
  set_multi: (mc, o) => mc.set_multi(new Map([['k', 1]]), { time: 5, key_prefix: 'p', ...o }),
  touch: (mc, o) => mc.touch('k', 5, o),
};

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  it('takes a signal, and rejects with its reason', async () => {
    const { server, mc } = await scripted('', { behaviors: { cas: 1 } });
    const reason = new Error('enough');
    await expect(call(mc, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.received.join('')).toBe('');
  });

  it('takes no other name', async () => {
    const { mc } = await scripted('', { behaviors: { cas: 1 } });
    const given = call(mc, { noreply: true } as CallOptions);
    const unknown = `${name}() got an unexpected keyword argument 'noreply'`;
    await expect(given).rejects.toThrow(new TypeError(unknown));
  });
});

describe('what is sent', () => {
  it.each<[(mc: Client) => Promise<unknown>, string]>([
    [(mc) => mc.set('k', 'v', 60), 'set k 16 60 1\r\nv\r\n'],
    [(mc) => mc.set('k', 5, { time: true }), 'set k 4 1 1\r\n5\r\n'],
    [(mc) => mc.replace('k', true), 'replace k 2 0 1\r\n1\r\n'],
    [(mc) => mc.append('k', Buffer.from('x')), 'append k 0 0 1\r\nx\r\n'],
    [(mc) => mc.touch('k', -1), 'touch k -1\r\n'],
    [(mc) => mc.set('k', 'v', -1n), 'set k 16 4294967295 1\r\nv\r\n'],
    [(mc) => mc.touch('k', 2n ** 32n - 1n), 'touch k 4294967295\r\n'],
    [(mc) => mc.incr('k'), 'incr k 1\r\n'],
    [(mc) => mc.decr('k', 2 ** 31 - 1), 'decr k 2147483647\r\n'],
    [(mc) => mc.delete('k'), 'delete k\r\n'],
    [(mc) => mc.flush_all(-5), 'flush_all 0\r\n'],
    [(mc) => mc.flush_all({ time: 7 }), 'flush_all 7\r\n'],
    [(mc) => mc.gets('k'), 'gets k\r\n'],
    [(mc) => mc.get('k'), 'gets k\r\n'],
    [(mc) => mc.cas('k', 'v', 2n ** 64n - 1n, 9), `cas k 16 9 1 ${2n ** 64n - 1n}\r\nv\r\n`],
  ])('%#', async (call, sent) => {
    const { server, mc } = await scripted('ERROR\r\n', { behaviors: { cas: 1 } });
    await call(mc).catch(() => undefined);
    expect(server.received.join('')).toBe(sent);
  });
});

describe('arguments that cannot be used', () => {
  it.each<[(mc: Client) => Promise<unknown>, Error]>([
    [
      (mc) => mc.set('k', 1, 1.5),
      new TypeError("'float' object cannot be interpreted as an integer"),
    ],
    [(mc) => mc.touch('k', 1.5), new TypeError('argument 2 must be int, not float')],
    [(mc) => mc.incr('k', -1), new ValueError('delta must be positive')],
    [(mc) => mc.incr('k', 2 ** 31), new OverflowError('signed integer is greater than maximum')],
    [
      (mc) => mc.incr('k', 2n ** 64n),
      new OverflowError('Python int too large to convert to C long'),
    ],
    [
      (mc) => mc.set('k', 1, 0, 0, 10),
      new ValueError('compress_level must be between 0 and 9 inclusive'),
    ],
    [
      (mc) => mc.set('k', 1, { compress_level: -2 }),
      new ValueError('compress_level must be between 0 and 9 inclusive'),
    ],
    [(mc) => mc.cas('k', 1, -1), new OverflowError('a cas id must fit in 64 bits')],
    [(mc) => mc.get(5 as never), new TypeError('key must be bytes')],
    [
      (mc) => mc.set(null as never, 1),
      new TypeError("a bytes-like object is required, not 'NoneType'"),
    ],
    [(mc) => mc.get_multi(5 as never), new TypeError("object of type 'int' has no len()")],
    [(mc) => mc.get_multi(new Map() as never), new TypeError('dict is not a sequence')],
    [(mc) => mc.set_multi([['k', 1]] as never), new TypeError('argument 1 must be dict, not list')],
    [
      (mc) => mc.delete_multi(new Map() as never),
      new TypeError('keys must be a sequence, not a mapping'),
    ],
    [
      (mc) => mc.get_stats(1 as never),
      new TypeError('get_stats() argument 1 must be str, not int'),
    ],
  ])('%#', async (call, error) => {
    const { server, mc } = await scripted('', { behaviors: { cas: 1 } });
    await expect(call(mc)).rejects.toThrow(error);
    expect(server.received.join('')).toBe('');
  });

  it('gets and cas need their behavior', async () => {
    const { mc } = await scripted('');
    await expect(mc.gets('k')).rejects.toThrow(new ValueError('gets without cas behavior'));
    await expect(mc.cas('k', 1, 1)).rejects.toThrow(new ValueError('cas without cas behavior'));
  });

  it('get_stats sends no other command', async () => {
    const { server, mc } = await scripted('');
    await expect(mc.get_stats('a\r\nflush_all')).rejects.toMatchObject({ retcode: 38 });
    expect(server.received.join('')).toBe('');
  });
});

describe('counters', () => {
  it('are numbers, and bigints beyond them', async () => {
    const { mc } = await scripted('18446744073709551615\r\n');
    expect(await mc.incr('k')).toBe(18446744073709551615n);
    const { mc: other } = await scripted('7\r\n');
    expect(await other.decr('k', 3)).toBe(7);
  });

  it('of many: all are tried, and the sum of what failed is told', async () => {
    const { model, mc } = await start();
    await mc.set_multi({ a: 1, b: 2 });
    expect(await mc.incr_multi(['a', 'b'], { delta: 10 })).toBeNull();
    await expect(mc.incr_multi(['a', 'x', 'y'])).rejects.toThrow(new NotFound('2 keys not found'));
    expect(model.entries.get('a')?.data).toBe('12');
    await expect(mc.incr_multi(['a', ''])).rejects.toMatchObject({
      name: 'BadKeyProvided',
      message: '1 keys failed',
    });
    await expect(mc.incr_multi(['', 'a'])).rejects.toMatchObject({
      name: 'Error',
      message: '1 keys failed',
    });
    await expect(mc.incr_multi(['', 'x'])).rejects.toMatchObject({
      name: 'NotFound',
      message: '2 keys failed',
    });
    await expect(mc.incr_multi(['', ''])).rejects.toMatchObject({
      name: 'Error',
      message: '2 keys failed',
    });
    expect(await mc.incr_multi([])).toBeNull();
  });
});

describe('items', () => {
  it('are read, set, deleted and looked for', async () => {
    const { mc } = await start();
    await mc.__setitem__('k', null);
    expect(await mc.__getitem__('k')).toBeNull();
    expect(await mc.__contains__('k')).toBe(true);
    await mc.__delitem__('k');
    expect(await mc.__contains__('k')).toBe(false);
    await expect(mc.__getitem__('k')).rejects.toThrow(new KeyError("'k'"));
    await expect(mc.__getitem__(Buffer.from('k'))).rejects.toThrow(new KeyError("b'k'"));
    await expect(mc.__delitem__("it's")).rejects.toThrow(new KeyError('"it\'s"'));
    await expect(mc.__setitem__('', 1)).rejects.toThrow(new KeyError('"failed setting \'\'"'));
  });
});

describe('get', () => {
  it('answers its default on a miss', async () => {
    const { mc } = await start();
    expect(await mc.get('k')).toBeNull();
    expect(await mc.get('k', 5)).toBe(5);
    expect(await mc.get('k', { default: 5 })).toBe(5);
    expect(await mc.get('k', { rate: 1 })).toEqual({ rate: 1 });
    await mc.set('k', null);
    expect(await mc.get('k', 5)).toBeNull();
  });
});

describe('compression', () => {
  it('happens where it is asked for, with the level of the release', async () => {
    const { model, mc } = await start();
    await mc.set('k', 'a'.repeat(100), { min_compress_len: 100 });
    await mc.set_multi({ m: 'a'.repeat(100) }, 0, '', 100, 9);
    await mc.set('raw', 'a'.repeat(100));
    expect(model.entries.get('k')).toMatchObject({ flags: 24 });
    expect(model.entries.get('m')?.data.slice(0, 2)).toBe('\x78\xda');
    expect(model.entries.get('raw')).toMatchObject({ flags: 16 });
    expect(await mc.get_multi(['k', 'm'])).toEqual(
      new Map([
        ['k', 'a'.repeat(100)],
        ['m', 'a'.repeat(100)],
      ]),
    );
  });

  it('of early releases has one level, or is not there', async () => {
    const { model, server, mc } = await start({ release: '1.2' });
    await mc.set('k', Buffer.alloc(100), { min_compress_len: 10 });
    expect(model.entries.get('k')?.data.slice(0, 2)).toBe('\x78\x01');
    await expect(mc.set('k', 1, { compress_level: 9 })).rejects.toThrow(TypeError);
    const first = new Client([server.name], { release: '0.9' });
    clients.push(first);
    await expect(first.set('k', 1, { min_compress_len: 9 })).rejects.toThrow(TypeError);
    expect(await first.set('k', 1)).toBe(true);
  });
});

describe('a clone', () => {
  it('has the same servers, options and behaviors, and connections of its own', async () => {
    const { server, mc } = await start({
      release: '1.5',
      behaviors: { cas: 1, namespace: 'n:', hash: 'md5' },
    });
    const clone = mc.clone();
    clients.push(clone);
    expect({ ...clone.behaviors }).toEqual({ ...mc.behaviors });
    expect(clone.addresses).toEqual(mc.addresses);
    expect(clone.addresses).not.toBe(mc.addresses);
    await clone.set('k', true);
    expect(await mc.get('k')).toBe(true);
    expect(server.accepted()).toBe(2);
    expect(server.received.join('')).toContain('set n:k 16 0 1\r\n');
    clone.behaviors.cas = 0;
    expect(mc.behaviors.cas).toBe(1);
  });
});

describe('behaviors that are set while calls are under way', () => {
  it('let them finish, and hold for the next', async () => {
    const { server, mc } = await start();
    await mc.set('k', 1);
    const before = mc.get('k');
    mc.behaviors = { namespace: 'n:' };
    const after = mc.get('k');
    expect(await before).toBe(1);
    expect(await after).toBeNull();
    expect(server.received[1]).toBe('get n:k\r\n');
  });

  it('make no new connections where none are needed', async () => {
    const { server, mc } = await start();
    await mc.set('k', 1);
    mc.behaviors = { cas: 1, verify_keys: 1, pickle_protocol: 2, _noreply: 1, no_block: 1 };
    expect((await mc.gets('k'))[0]).toBe(1);
    await mc.set('list', []);
    expect((await mc.gets('list'))[0]).toEqual([]);
    expect(server.received.join('')).toContain('set list 1 0 6 noreply\r\n\x80\x02]q\x00.\r\n');
    expect(server.accepted()).toBe(1);
  });
});

describe('the constructor', () => {
  it.each<[ClientOptions | Record<string, unknown>, Error]>([
    [{ username: 'u' }, new TypeError('SASL requires both username and password')],
    [{ password: 'p', binary: true }, new TypeError('SASL requires both username and password')],
    [
      { username: 'u', password: 'p' },
      new TypeError('SASL requires the memcached binary protocol'),
    ],
    [
      { username: 1, password: 'p', binary: true },
      new TypeError('username and password must be str or None, not int'),
    ],
    [{ foo: 1 }, new TypeError("Client.__init__() got an unexpected keyword argument 'foo'")],
    [{ release: '1.6.3', python: 2 }, new ValueError('python must be 3')],
    [{ tls: 5 }, new TypeError('tls must be an object of options for tls.connect')],
  ])('%# refuses', (options, error) => {
    expect(() => new Client(['h'], options as ClientOptions)).toThrow(error);
  });

  it('takes parameters by position', () => {
    const mc = new Client(['h'], { hash: 'md5' }, true, 'u', 'p', { release: '1.6.1', python: 2 });
    expect([mc.binary, mc.behaviors.hash]).toEqual([true, 'md5']);
    expect(new Client(['h'], { cas: 1 }, { binary: true }).behaviors.cas).toBe(1);
    expect(new Client(['h'], null, false).binary).toBe(false);
  });
});

it('a client ends with its block', async () => {
  const { server } = await start();
  {
    await using mc = new Client([server.name]);
    expect(await mc.get('k')).toBeNull();
  }
  expect(server.accepted()).toBe(1);
});

it('calls under way fail when connections are closed, and later ones connect again', async () => {
  const { mc, server } = await scripted('');
  const call = mc.get('k');
  mc.disconnect_all();
  await expect(call).rejects.toMatchObject({ retcode: 3 });
  const next = mc.get('k');
  mc.disconnect_all();
  await expect(next).rejects.toMatchObject({ retcode: 3 });
  expect(server.received.join('')).toBe('');
});
