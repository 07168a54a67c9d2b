// The rows L of docs/compatibility.md: where pylibmc loses, mixes up, aborts or stays dead, and what ours does instead.

import { constants, deflateSync } from 'node:zlib';
import { ModelServer } from '../../net/testing/model-server';
import { textSpeech } from '../../net/testing/text-speech';
import type { ServerEvent } from '../../engine/events';
import { OverflowError, ValueError } from '../../errors';
import { PyObject } from '../../value/pickle';
import { packet } from '../../wire/testing/packets';
import {
  BadKeyProvided,
  Client,
  ConnectionError,
  MemcachedError,
  NotFound,
  NotSupportedError,
  ServerDown,
  TooBig,
  UnknownReadFailure,
  type Behaviors,
  type ClientOptions,
} from './index';
import { Servers } from './testing/servers';

const servers = new Servers();
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect_all();
  await servers.close();
});

function clientOf(names: readonly string[], options: ClientOptions = {}): Client {
  const client = new Client(names, options);
  clients.push(client);
  return client;
}

/** A client of one server that answers what the script says. */
async function scripted(
  reply: string | ((request: string) => string),
  options: ClientOptions = {},
) {
  const server = await servers.scripted((received) =>
    typeof reply === 'string' ? reply : reply(received),
  );
  return { server, mc: clientOf([server.name], options) };
}

/** A key whose server has that index. */
function keyAt(mc: Client, index: number): string {
  for (let i = 0; ; i++) if (mc.hash(`k${i}`) === index) return `k${i}`;
}

/** A port where nobody listens. */
async function deadName(): Promise<string> {
  const server = await servers.text();
  await server.close();
  return server.name;
}

describe('L1: keys that could be commands', () => {
  const UNSAFE = ['a b', 'a\0b', 'a\r\nflush_all', 'a\nb'];

  it.each(UNSAFE)('%j is never sent in the text protocol', async (key) => {
    const { server, mc } = await scripted('ERROR\r\n', { behaviors: { cas: 1 } });
    await expect(mc.get(key)).rejects.toThrow(BadKeyProvided);
    await expect(mc.gets(key)).rejects.toThrow(BadKeyProvided);
    await expect(mc.get_multi(['a', key])).rejects.toThrow(BadKeyProvided);
    await expect(mc.incr(key)).rejects.toThrow(BadKeyProvided);
    await expect(mc.cas(key, 1, 1)).rejects.toThrow(BadKeyProvided);
    expect(await mc.set(key, 1)).toBe(false);
    expect(await mc.delete(key)).toBe(false);
    expect(await mc.touch(key, 1)).toBe(false);
    expect(server.received.join('')).toBe('');
  });

  it('of many, the others are stored', async () => {
    const model = new ModelServer();
    const server = await servers.text(model);
    const mc = clientOf([server.name]);
    expect(await mc.set_multi({ good: 1, 'a b': 2 })).toEqual(['a b']);
    expect([...model.entries.keys()]).toEqual(['good']);
    expect(await mc.delete_multi(['good', 'a b'])).toBe(false);
    expect(model.entries.size).toBe(0);
  });

  it.each(UNSAFE)('%j is a key of the binary protocol', async (key) => {
    const server = await servers.binary();
    const mc = clientOf([server.name], { binary: true });
    expect(await mc.set(key, 'v')).toBe(true);
    expect(await mc.get_multi([key])).toEqual(new Map([[key, Buffer.from('v')]]));
  });
});

it('L2: a key that is too long behind its namespace is a bad one', async () => {
  const { server, mc } = await scripted('ERROR\r\n', { behaviors: { namespace: 'n'.repeat(20) } });
  const key = 'k'.repeat(231);
  expect(await mc.set(key, 1)).toBe(false);
  await expect(mc.get(key)).rejects.toThrow(BadKeyProvided);
  expect(server.received.join('')).toBe('');
});

it('L3: with _noreply, counts are true, and no reply is left for the next call', async () => {
  const model = new ModelServer();
  const server = await servers.text(model);
  const mc = clientOf([server.name], { behaviors: { _noreply: 1 } });
  expect(await mc.set('k', 5)).toBe(true);
  expect(await mc.incr('k')).toBe(6);
  expect(await mc.get_multi(['k'])).toEqual(new Map([['k', 6]]));
  expect(server.received.join('')).toContain('set k 4 0 1 noreply\r\n');
  await expect(mc.incr('none')).rejects.toThrow(NotFound);
});

describe('L4: num_replicas', () => {
  async function three(behaviors: Behaviors) {
    const stores = Array.from({ length: 3 }, () => new Map<string, string>());
    const started = await Promise.all(stores.map((store) => servers.binary(store)));
    const mc = clientOf(
      started.map(({ name }) => name),
      { binary: true, behaviors },
    );
    return { stores, started, mc };
  }

  it('sends copies at once, and takes none of their replies for another', async () => {
    const { stores, mc } = await three({ num_replicas: 2 });
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    for (const key of keys) expect(await mc.set(key, key)).toBe(true);
    for (const key of keys) expect(await mc.get(key)).toEqual(Buffer.from(key));
    // A server has worked off all that came before the answer to this.
    await mc.get_multi(keys);
    for (const store of stores) expect([...store.keys()].sort()).toEqual([...keys].sort());
    expect(await mc.delete_multi(keys)).toBe(true);
    expect(await mc.get_multi(keys)).toEqual(new Map());
  });

  it('reads a copy where the server of the entry cannot be reached', async () => {
    const { started, stores, mc } = await three({ num_replicas: 1 });
    const key = keyAt(mc, 1);
    stores[2]?.set(key, 'copy');
    await started[1]?.close();
    expect(await mc.get(key)).toEqual(Buffer.from('copy'));
    expect(await mc.get_multi([key])).toEqual(new Map([[key, Buffer.from('copy')]]));
    await expect(mc.set(key, 1)).rejects.toThrow(MemcachedError);
    expect(stores[2]?.get(key)).toBeDefined();
  });

  it('of a call that was given up makes no copies', async () => {
    const { started, mc } = await three({ num_replicas: 2 });
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(mc.set('k', 'v', { signal })).rejects.toBe(reason);
    await expect(mc.set_multi({ k: 'v' }, { signal })).rejects.toBe(reason);
    await expect(mc.delete('k', { signal })).rejects.toBe(reason);
    expect(await mc.get_multi(['a', 'b', 'c', 'd', 'e', 'f'])).toEqual(new Map());
    const sent = started.map(({ received }) => received.join('')).join('');
    for (const opcode of ['\x80\x01', '\x80\x11', '\x80\x04', '\x80\x14']) {
      expect(sent).not.toContain(opcode);
    }
  });

  it('answers of a live server are answers: a miss is one', async () => {
    const { stores, mc } = await three({ num_replicas: 1 });
    const key = keyAt(mc, 1);
    stores[2]?.set(key, 'copy');
    expect(await mc.get(key)).toBeNull();
  });
});

it('L5: gets of the binary protocol keeps its connection', async () => {
  const server = await servers.binary(new Map([['k', 'v']]));
  const mc = clientOf([server.name], { binary: true, behaviors: { cas: 1 } });
  for (let i = 0; i < 3; i++) expect((await mc.gets('k'))[0]).toEqual(Buffer.from('v'));
  expect(server.accepted()).toBe(1);
});

describe('L6: replies that make no sense', () => {
  const CALLS: Readonly<Record<string, (mc: Client) => Promise<unknown>>> = {
    get: (mc) => mc.get('k'),
    set: (mc) => mc.set('k', 1),
    delete: (mc) => mc.delete('k'),
    incr: (mc) => mc.incr('k'),
    touch: (mc) => mc.touch('k', 1),
  };

  it.each(Object.entries(CALLS))('end the connection of %s, and the call', async (_name, call) => {
    for (const line of ['WHAT', 'VERSION 1.6.18']) {
      const { server, mc } = await scripted(`${line}\r\n`);
      await expect(call(mc)).rejects.toThrow(UnknownReadFailure);
      await expect(call(mc)).rejects.toThrow(UnknownReadFailure);
      expect(server.accepted()).toBe(2);
    }
  });

  it.each(['END\r\n', 'OK\r\n'])('%j to a set is one', async (line) => {
    const { mc } = await scripted(line);
    await expect(mc.set('k', 1)).rejects.toThrow(UnknownReadFailure);
  });
});

it('L7: an unauthenticated incr is an error', async () => {
  const { mc } = await scripted(
    (request) =>
      packet({
        opcode: request.charCodeAt(1),
        status: 0x20,
        value: 'Auth failure.',
        opaque: Buffer.from(request, 'latin1').readUInt32BE(12),
      }),
    { binary: true },
  );
  await expect(mc.incr('k')).rejects.toMatchObject({ name: 'Error', retcode: 41 });
  await expect(mc.set('k', 1)).rejects.toMatchObject({ retcode: 41 });
  expect(await mc.get('k')).toBeNull();
});

/** Resolves when the server has died in the eyes of the client. */
function death(mc: Client): Promise<ServerEvent> {
  return new Promise((resolve) => mc.events.once('dead', resolve));
}

describe('L8: a ring that lost a server', () => {
  const EJECTING: Behaviors = { ketama: 1, auto_eject: 1, failure_limit: 1, retry_timeout: 1 };

  it('gives its keys to the others, and gives them back', async () => {
    const models = [new ModelServer(), new ModelServer()];
    const started = await Promise.all(models.map((model) => servers.text(model)));
    const names = started.map(({ name }) => name);
    const mc = clientOf(names, { behaviors: { ...EJECTING, retry_timeout: 0 } });
    const key = keyAt(mc, 0);
    await started[0]?.close();
    const dead = death(mc);
    await expect(mc.set(key, 1)).rejects.toThrow(ConnectionError);
    await dead;
    // Nobody waits: the time is over, the server is tried, found dead, and off again.
    expect(mc.hash(key)).toBe(0);
    mc.behaviors = { dead_timeout: 1000 };
    await expect(mc.set(key, 1)).rejects.toThrow(ConnectionError);
    expect(mc.hash(key)).toBe(1);
    expect(await mc.set(key, 2)).toBe(true);
    expect([...(models[1]?.entries.keys() ?? [])]).toEqual([key]);
  });

  it('keeps all of them when all are dead', async () => {
    const names = [await deadName(), await deadName()];
    const mc = clientOf(names, { behaviors: EJECTING });
    for (const index of [0, 1]) {
      await expect(mc.get(keyAt(mc, index))).rejects.toThrow(MemcachedError);
    }
    expect(new Set(Array.from({ length: 50 }, (_, i) => mc.hash(`k${i}`))).size).toBe(2);
  });
});

it('L9: without a ring, a dead server is tried again when its time is over', async () => {
  const live = await servers.text();
  const names = [await deadName(), live.name];
  const mc = clientOf(names, { behaviors: { auto_eject: 1, failure_limit: 1, retry_timeout: 0 } });
  const key = keyAt(mc, 0);
  for (let i = 0; i < 3; i++) await expect(mc.get(key)).rejects.toThrow(ConnectionError);
  mc.behaviors = { retry_timeout: 1000 };
  await expect(mc.get(key)).rejects.toThrow(ConnectionError);
  await expect(mc.get(key)).rejects.toThrow(ServerDown);
  expect(mc.hash(key)).toBe(0);
});

it('L10: rings have room for more than 100 servers', () => {
  const names = Array.from({ length: 150 }, (_, i) => `cache${i}:11211`);
  const mc = clientOf(names, { behaviors: { ketama: 1 } });
  const used = new Set(Array.from({ length: 5000 }, (_, i) => mc.hash(`k${i}`)));
  expect(used.size).toBeGreaterThan(140);
});

it('L11: a connection that was closed while idle is made again by the next call', async () => {
  const model = new ModelServer();
  let closing: () => void = () => undefined;
  const server = await servers.scripted((received, socket) => {
    closing = () => socket.end();
    return textSpeech.run(received, model);
  });
  const mc = clientOf([server.name]);
  expect(await mc.set('k', 1)).toBe(true);
  closing();
  // Whether the end was seen by then or not: what was not answered is told, and the call after that works.
  const outcome = await mc.get('k').catch((error: unknown) => error);
  if (outcome !== 1) expect(outcome).toBeInstanceOf(ConnectionError);
  expect(await mc.get('k')).toBe(1);
});

it('L12: one time for the whole call', async () => {
  const { mc } = await scripted('VALUE k 0 10\r\n12345', { behaviors: { _poll_timeout: 50 } });
  await expect(mc.get('k')).rejects.toMatchObject({ name: 'Error', retcode: 31 });
  await expect(mc.incr('k')).rejects.toThrow(MemcachedError);
});

describe('L13: times', () => {
  it('a negative one is past in both protocols', async () => {
    const server = await servers.binary();
    const mc = clientOf([server.name], { binary: true });
    await mc.set('k', 'v', -1);
    // flags and time: more than 30 days is a date, this one in 1970
    expect(server.received.join('')).toContain('\0\0\0\x10\0\x27\x8d\x01k');
    const { server: text, mc: other } = await scripted('STORED\r\n');
    await other.set('k', 'v', -1);
    expect(text.received.join('')).toContain('set k 16 4294967295 1\r\n');
  });

  it('one that does not fit in 32 bits is refused', async () => {
    const { server, mc } = await scripted('STORED\r\n');
    for (const time of [2 ** 32, 2n ** 32n]) {
      await expect(mc.set('k', 1, time)).rejects.toThrow(OverflowError);
      await expect(mc.touch('k', time)).rejects.toThrow(OverflowError);
      await expect(mc.flush_all(time)).rejects.toThrow(OverflowError);
    }
    expect(server.received.join('')).toBe('');
  });
});

it('L14: a cas id of 0 is compared as any other', async () => {
  const { server, mc } = await scripted('EXISTS\r\n', { behaviors: { cas: 1 } });
  expect(await mc.cas('k', 'v', 0)).toBe(false);
  expect(server.received.join('')).toBe('cas k 16 0 1 0\r\nv\r\n');
});

it('L15: incr_multi refuses what incr refuses', async () => {
  const { server, mc } = await scripted('1\r\n');
  await expect(mc.incr_multi(['k'], { delta: -1 })).rejects.toThrow(ValueError);
  await expect(mc.incr_multi(['k'], { delta: 2 ** 32 })).rejects.toThrow(OverflowError);
  expect(server.received.join('')).toBe('');
});

it('L16: set_multi sends all keys at once, and throws when all are answered', async () => {
  const model = new ModelServer();
  const server = await servers.scripted((received) =>
    received
      .split(/(?=set )/)
      .map((request) =>
        request.startsWith('set big')
          ? 'SERVER_ERROR object too large for cache\r\n'
          : (textSpeech.run(request, model) ?? ''),
      )
      .join(''),
  );
  const mc = clientOf([server.name]);
  await expect(mc.set_multi({ a: 1, big: 2, c: 3 })).rejects.toThrow(TooBig);
  expect([...model.entries.keys()]).toEqual(['a', 'c']);
});

it.each([false, true])(
  'L17: get_multi answers what live servers have (binary: %s)',
  async (binary) => {
    const live = await (binary ? servers.binary() : servers.text());
    const mc = clientOf([live.name, await deadName()], { binary });
    const [alive, lost] = [keyAt(mc, 0), keyAt(mc, 1)];
    await mc.set(alive, 'v');
    const found = new Map([[alive, binary ? Buffer.from('v') : 'v']]);
    expect(await mc.get_multi([alive, lost])).toEqual(found);
    expect(await mc.get_multi([lost, alive])).toEqual(found);
    await expect(mc.get_multi([lost])).rejects.toThrow(ServerDown);
  },
);

it('L18: get_stats tells what servers tell', async () => {
  const { mc } = await scripted((request) =>
    request === 'stats items\r\n'
      ? 'STAT items:1:number 3\r\nEND\r\n'
      : 'STAT pid 7\r\nSTAT rusage_user 0.017711\r\nSTAT other 1\r\nEND\r\n',
  );
  const [general] = await mc.get_stats();
  expect(general?.[1]['rusage_user']).toEqual(Buffer.from('0.017711'));
  expect(general?.[1]['other']).toBeUndefined();
  const [items] = await mc.get_stats('items');
  expect({ ...items?.[1] }).toEqual({ 'items:1:number': Buffer.from('3') });
});

it('L19: a namespace of text is its bytes', async () => {
  const { server, mc } = await scripted('END\r\n', { behaviors: { namespace: 'app:' } });
  await mc.get('k');
  expect(server.received.join('')).toBe('get app:k\r\n');
});

it.each<Behaviors>([{ buffer_requests: 1 }, { _socket_send_size: 1 }, { _socket_recv_size: 1 }])(
  'L20: %p is refused with the reason',
  (behaviors) => {
    expect(() => new Client(['h'], { behaviors })).toThrow(NotSupportedError);
    const mc = clientOf(['h']);
    expect(() => mc.set_behaviors(behaviors)).toThrow(/^[\w_]+: ./);
    expect(Object.keys(mc.behaviors)).not.toContain('_socket_send_size');
  },
);

it('L21: udp is refused', () => {
  expect(() => new Client(['udp:h:1'])).toThrow(NotSupportedError);
});

it('L22: numbers that do not fit are refused', () => {
  for (const server of ['h:65536', 'h:-1', 'h:1:65536', 'h:1:-1']) {
    expect(() => new Client([server])).toThrow(OverflowError);
  }
  for (const behaviors of [{ connect_timeout: 2 ** 32 }, { num_replicas: 2 ** 32 }]) {
    expect(() => new Client(['h'], { behaviors })).toThrow(OverflowError);
  }
});

it('L23: the hash hsieh is there', () => {
  const mc = clientOf(['a', 'b', 'c'], { behaviors: { hash: 'hsieh' } });
  expect(mc.behaviors.hash).toBe('hsieh');
});

it('L24: a pickle runs nothing', async () => {
  const pickle = 'cos\nsystem\n(S"false"\ntR.';
  const { mc } = await scripted(`VALUE k 1 ${pickle.length}\r\n${pickle}\r\nEND\r\n`);
  expect(await mc.get('k')).toBeInstanceOf(PyObject);
});

it('L25: compressed empty text is empty', async () => {
  const empty = deflateSync(Buffer.alloc(0)).latin1Slice();
  const { mc } = await scripted(`VALUE k 24 ${empty.length}\r\n${empty}\r\nEND\r\n`);
  expect(await mc.get('k')).toBe('');
});

it('L25: an entry that inflates beyond the limit is an error', async () => {
  const bomb = deflateSync(Buffer.alloc(65 * 1024 * 1024), { level: constants.Z_BEST_SPEED });
  const { mc } = await scripted(`VALUE k 8 ${bomb.length}\r\n${bomb.latin1Slice()}\r\nEND\r\n`);
  await expect(mc.get('k')).rejects.toThrow('Failed to decompress value: inflate');
});

it('L26: a server without a reply in time is told of in words', async () => {
  const mc = clientOf([await deadName()]);
  const error = await mc.get('k').catch((thrown: unknown) => thrown);
  expect(String(error)).toMatch(
    /^ConnectionError: error 3 from memcached_get\(k\): CONNECTION FAILURE, connect ECONNREFUSED .*, host: 127\.0\.0\.1:\d+$/,
  );
});

it('L27: a failed server is left alone for as long as retry_timeout says', async () => {
  const name = await deadName();
  const mc = clientOf([name], { behaviors: { retry_timeout: 0 } });
  for (let i = 0; i < 3; i++) await expect(mc.set('k', 1)).rejects.toThrow(ConnectionError);
});

it('L28: a server that offers no login refuses one', async () => {
  const server = await servers.scripted((request) =>
    packet({
      opcode: request.charCodeAt(1),
      status: 0x81,
      value: 'Unknown command',
      opaque: Buffer.from(request, 'latin1').readUInt32BE(12),
    }),
  );
  const behaviors = { retry_timeout: 1000 };
  const options = { binary: true, username: 'u', password: 'secret', behaviors };
  const mc = clientOf([server.name], options);
  const error = await mc.get('k').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'Error', retcode: 41 });
  expect(String(error)).not.toContain('secret');
  await expect(mc.get('k')).rejects.toThrow(ServerDown);
});
