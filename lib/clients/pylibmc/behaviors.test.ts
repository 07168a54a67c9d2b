// What may be set of each behavior, and what reads back: as pylibmc 1.6.3 over libmemcached 1.1.4 answered.

import { KeyError, OverflowError, ValueError } from '../../errors';
import { AttributeError, Client, MemcachedError, type Behaviors } from './index';

const SERVERS = ['127.0.0.1:11211', '127.0.0.1:11212'];
const DEFAULTS = {
  no_block: 0,
  tcp_nodelay: 0,
  tcp_keepalive: 0,
  hash: 'default',
  ketama_hash: 0,
  ketama: 0,
  ketama_weighted: 0,
  distribution: 'modula',
  cas: 0,
  buffer_requests: 0,
  verify_keys: 0,
  connect_timeout: 4000,
  send_timeout: 0,
  receive_timeout: 0,
  num_replicas: 0,
  auto_eject: 0,
  retry_timeout: 2,
  remove_failed: 0,
  failure_limit: 5,
  _io_msg_watermark: 500,
  _io_bytes_watermark: 66560,
  _io_key_prefetch: 0,
  _hash_with_prefix_key: 0,
  _noreply: 0,
  _sort_hosts: 0,
  _poll_timeout: 5000,
  dead_timeout: 0,
  pickle_protocol: -1,
};

/** What differs from the defaults. */
function changed(mc: Client): object {
  const values = Object.entries({ ...mc.behaviors });
  return Object.fromEntries(
    values.filter(([name, value]) => value !== DEFAULTS[name as keyof typeof DEFAULTS]),
  );
}

it('has defaults, in order', () => {
  expect({ ...new Client(SERVERS).behaviors }).toEqual(DEFAULTS);
  expect(Object.keys(new Client(SERVERS).behaviors)).toEqual(Object.keys(DEFAULTS));
});

const RING = { ketama: 1, distribution: 'consistent ketama' };
const WEIGHTED = {
  hash: 'md5',
  ketama_hash: 1,
  ketama: 1,
  ketama_weighted: 1,
  distribution: 'consistent weighted',
};

const READ_BACK: readonly (readonly [given: Behaviors, reads: object])[] = [
  [{ no_block: 7 }, { no_block: 1 }],
  [{ tcp_nodelay: true }, { tcp_nodelay: 1 }],
  [{ tcp_keepalive: -1 }, { tcp_keepalive: 1 }],
  [{ cas: 2n }, { cas: 1 }],
  [{ cas: false }, {}],
  [{ hash: 'md5' }, { hash: 'md5' }],
  [{ ketama_hash: 2 }, { ketama_hash: 2 }],
  [{ ketama_hash: 'murmur' }, { ketama_hash: 8 }],
  [{ ketama_hash: 10 }, { ketama_hash: 10 }],
  [{ ketama_hash: 99 }, {}],
  [{ ketama: 1 }, RING],
  [
    { ketama: 1, hash: 'md5' },
    { ...RING, hash: 'md5' },
  ],
  [{ ketama_weighted: 1 }, WEIGHTED],
  [{ ketama_weighted: 1, hash: 'crc' }, WEIGHTED],
  [{ ketama: 0, ketama_weighted: 1 }, WEIGHTED],
  [{ ketama_weighted: 0 }, RING],
  [{ distribution: 'modula', ketama: 1 }, {}],
  [{ distribution: 'consistent' }, { ketama: 1, distribution: 'consistent' }],
  [
    { distribution: 'consistent weighted' },
    { ketama: 1, ketama_weighted: 1, distribution: 'consistent weighted' },
  ],
  [{ distribution: 'consistent ketama spy' }, { ketama: 1, distribution: 'consistent ketama spy' }],
  [{ distribution: 'random' }, { distribution: 'random' }],
  [{ auto_eject: 1 }, { auto_eject: 1, remove_failed: 1 }],
  [{ remove_failed: 3 }, { auto_eject: 1, remove_failed: 1 }],
  [{ failure_limit: -1 }, { failure_limit: 4294967295 }],
  [{ num_replicas: 2 ** 31 }, { num_replicas: 2147483648 }],
  [{ connect_timeout: -1 }, { connect_timeout: -1 }],
  [{ _poll_timeout: 0 }, { _poll_timeout: 0 }],
  [{ _retry_timeout: 5 }, { retry_timeout: 5 }],
  [{ _retry_timeout: 5, retry_timeout: 7 }, { retry_timeout: 7 }],
  [{ pickle_protocol: 2 }, { pickle_protocol: 2 }],
  [{ _sort_hosts: 1 }, { _sort_hosts: 1 }],
  [{ buffer_requests: 0 }, {}],
  [{ verify_keys: 1 }, { verify_keys: 1 }],
  [{ namespace: 'n'.repeat(127) }, {}],
];

it.each(READ_BACK)('%j reads back', (given, reads) => {
  expect(changed(new Client(SERVERS, { behaviors: given }))).toEqual(reads);
  const later = new Client(SERVERS);
  later.behaviors = given;
  expect(changed(later)).toEqual(reads);
  const named = new Client(SERVERS);
  named.behaviors.update(given);
  expect(changed(named)).toEqual(reads);
});

it('a weight makes a ring one of weights, if it was asked for before the servers', () => {
  const heavy = ['127.0.0.1:11211', '127.0.0.1:11212:3'];
  const reads = { ...RING, ketama_weighted: 1 };
  expect(changed(new Client(heavy, { behaviors: { ketama: 1 } }))).toEqual(reads);
  const later = new Client(heavy);
  later.behaviors.ketama = 1;
  expect(changed(later)).toEqual(RING);
  expect(changed(later.clone())).toEqual(reads);
});

type Thrown = (new (message: string) => Error) | string;

const REFUSED: readonly (readonly [given: object, thrown: Thrown])[] = [
  [{ foo: 1, bar: 2 }, 'unknown behavior names: bar, foo'],
  [{ no_block: 'x' }, 'behavior no_block must be int, not str'],
  [{ no_block: 1.5 }, 'behavior no_block must be int, not float'],
  [{ retry_timeout: null }, 'behavior retry_timeout must be int, not NoneType'],
  [{ hash: 'x' }, KeyError],
  [{ hash: 1 }, KeyError],
  [{ hash: null }, 'behavior hash must be int, not NoneType'],
  [{ distribution: null }, 'behavior distribution must be int, not NoneType'],
  [{ hash: 'toString' }, KeyError],
  [{ distribution: 0 }, KeyError],
  [{ distribution: 'consistent max' }, /38 for behavior 'distribution' = 7/.source],
  [{ ketama_hash: 12 }, "memcached_behavior_set returned 38 for behavior 'ketama_hash' = 12"],
  [{ failure_limit: 0 }, "memcached_behavior_set returned 38 for behavior 'failure_limit' = 0"],
  [{ dead_timeout: 2 ** 31 }, OverflowError],
  [{ namespace: '' }, "memcached_callback_set returned 38 for callback 'namespace' = "],
  [{ namespace: 'n'.repeat(128) }, MemcachedError],
  [{ namespace: 'a b' }, 'bad key provided: "a b"'],
  [{ namespace: 'é' }, ValueError],
  [{ namespace: 5 }, TypeError],
];

it.each(REFUSED)('%j is refused, and nothing is changed', (given, thrown) => {
  const behaviors = { cas: 1, ...given } as Behaviors;
  expect(() => new Client(SERVERS, { behaviors })).toThrow(thrown);
  const mc = new Client(SERVERS);
  expect(() => mc.set_behaviors(behaviors)).toThrow(thrown);
  expect(() => mc.behaviors.update(behaviors)).toThrow(thrown);
  expect(changed(mc)).toEqual({});
});

it.each([0, 1])('verify_keys = %j means nothing to the binary protocol', (verify_keys) => {
  const make = (): Client => new Client(SERVERS, { binary: true, behaviors: { verify_keys } });
  expect(make).toThrow(
    `memcached_behavior_set returned 38 for behavior 'verify_keys' = ${verify_keys}`,
  );
});

describe('the dict', () => {
  it('is live', () => {
    const mc = new Client(SERVERS);
    const { behaviors } = mc;
    behaviors.cas = 1;
    expect(mc.behaviors.cas).toBe(1);
    mc.set_behaviors({ ketama: 1 });
    expect(behaviors.ketama).toBe(1);
    expect(behaviors.distribution).toBe('consistent ketama');
    expect('cas' in behaviors).toBe(true);
    expect('namespace' in behaviors).toBe(false);
  });

  it('takes no names that do not exist', () => {
    const behaviors = new Client(SERVERS).behaviors as unknown as Record<string, unknown>;
    expect(() => (behaviors['foo'] = 1)).toThrow(new ValueError('unknown behavior names: foo'));
    expect(() => delete behaviors['cas']).toThrow(TypeError);
    expect(behaviors['foo']).toBeUndefined();
  });

  it('has no British spelling', () => {
    expect(() => new Client(SERVERS).behaviours).toThrow(
      new AttributeError('nobody uses british spellings'),
    );
  });
});

describe('releases', () => {
  it('before 1.6 know no pickle_protocol', () => {
    const mc = new Client(SERVERS, { release: '1.5' });
    expect(() => (mc.behaviors.pickle_protocol = 2)).toThrow(ValueError);
    expect(Object.keys(mc.behaviors)).not.toContain('pickle_protocol');
  });

  it('1.6.0 forgets the one of its constructor', () => {
    const mc = new Client(SERVERS, { release: '1.6.0', behaviors: { pickle_protocol: 2 } });
    expect(mc.behaviors.pickle_protocol).toBe(-1);
    mc.behaviors.pickle_protocol = 2;
    expect(mc.behaviors.pickle_protocol).toBe(2);
  });
});
