// pylibmc's behaviors: names, defaults, what may be set, what reads back. Rows in the order in which pylibmc applies them.

import { KeyError, OverflowError, ValueError } from '../../errors';
import type { DistributionName, Layout } from '../../placement/distributions';
import { bytesOf } from '../../engine/keys';
import { isRing, PLAIN, SETTINGS } from '../../placement/settings';
import { repr } from '../../value/pickle';
import { pythonType } from '../shared/numbers';
import type { BehaviorNumbers, HasherName } from './behavior-dict';
import { exceptionOf, Rc } from './codes';
import { NotSupportedError } from './errors';

/** Names of hash functions and libmemcached's numbers of them. */
export const hashers = {
  crc: 2,
  default: 0,
  fnv1_32: 5,
  fnv1_64: 3,
  fnv1a_32: 6,
  fnv1a_64: 4,
  hsieh: 7,
  jenkins: 9,
  md5: 1,
  murmur: 8,
} as const satisfies Record<HasherName, number>;

/** Names of distributions and libmemcached's numbers of them; `consistent max` is a bound, and cannot be set. */
export const distributions = {
  consistent: 1,
  'consistent ketama': 2,
  'consistent ketama spy': 4,
  'consistent max': 7,
  'consistent weighted': 5,
  modula: 0,
  random: 3,
  'virtual bucket': 6,
} as const satisfies Record<DistributionName | 'consistent max', number>;

const NUMBERS: BehaviorNumbers = {
  no_block: 0,
  tcp_nodelay: 0,
  tcp_keepalive: 0,
  ketama_hash: 0,
  cas: 0,
  buffer_requests: 0,
  verify_keys: 0,
  connect_timeout: 4000,
  send_timeout: 0,
  receive_timeout: 0,
  num_replicas: 0,
  auto_eject: 0,
  retry_timeout: 2,
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
type NumberName = keyof BehaviorNumbers;

/** Everything that behaviors say. */
export interface Settings {
  readonly layout: Layout;
  readonly numbers: Readonly<BehaviorNumbers>;
  /** The bytes before every key on the wire. */
  readonly namespace: string;
  readonly binary: boolean;
}

export function defaultSettings(binary: boolean): Settings {
  return { layout: PLAIN, numbers: NUMBERS, namespace: '', binary };
}

interface Row {
  /** @throws the value cannot be set */
  readonly set: (settings: Settings, value: unknown, name: string) => Settings;
  /** What reads back; absent: it is not listed. */
  readonly get?: (settings: Settings) => number | string;
}

const MAX_INT32 = 0x7fffffff;
const MAX_UINT32 = 0xffffffff;
const MAX_NAMESPACE = 127;
/** HASHKIT_HASH_MAX, which bounds the hash functions; that before it is a caller's own. Numbers beyond are the default. */
const MAX_HASHER = 12;

/** Names in the order of pylibmc's own table (_pylibmcmodule.h:210), whatever the order of a dict. */
const ROWS = {
  no_block: flag('no_block'),
  tcp_nodelay: flag('tcp_nodelay'),
  tcp_keepalive: flag('tcp_keepalive'),
  hash: {
    set: (settings, value, name) =>
      laid(settings, SETTINGS.hash(settings.layout, hasher(value, name))),
    get: ({ layout }) => layout.hash,
  },
  ketama_hash: {
    set: (settings, value, name) => {
      const number = isHasher(value)
        ? hashers[value]
        : whole(value, name, -MAX_INT32 - 1, MAX_UINT32);
      if (number === MAX_HASHER - 1 || number === MAX_HASHER) throw refused(name, number);
      return numbered(settings, 'ketama_hash', number < 0 || number > MAX_HASHER ? 0 : number);
    },
    get: ({ numbers }) => numbers.ketama_hash,
  },
  ketama: {
    set: (settings, value, name) =>
      laid(settings, SETTINGS.ketama(settings.layout, truth(value, name))),
    get: ({ layout }) => Number(isRing(layout)),
  },
  ketama_weighted: {
    set: (settings, value, name) => {
      const isOn = truth(value, name);
      const changed = laid(settings, SETTINGS.ketamaWeighted(settings.layout, isOn));
      return isOn ? numbered(changed, 'ketama_hash', hashers.md5) : changed;
    },
    get: ({ layout }) => Number(isRing(layout) && layout.weighted),
  },
  distribution: {
    set: (settings, value, name) =>
      laid(settings, SETTINGS.distribution(settings.layout, distributionOf(value, name))),
    get: ({ layout }) => layout.distribution,
  },
  cas: flag('cas'),
  buffer_requests: {
    set: (settings, value, name) => {
      if (!truth(value, name)) return settings;
      throw new NotSupportedError(
        'buffer_requests: all calls of a tick travel in one write already, and each has its own answer',
      );
    },
    get: () => 0,
  },
  verify_keys: {
    set: (settings, value, name) => {
      const isOn = truth(value, name);
      if (settings.binary) throw refused(name, Number(value));
      return numbered(settings, 'verify_keys', Number(isOn));
    },
    get: ({ numbers }) => numbers.verify_keys,
  },
  connect_timeout: signed('connect_timeout'),
  send_timeout: signed('send_timeout'),
  receive_timeout: signed('receive_timeout'),
  num_replicas: unsigned('num_replicas'),
  auto_eject: flag('auto_eject'),
  retry_timeout: signed('retry_timeout'),
  // The same flag in libmemcached 1.1.
  remove_failed: flag('auto_eject'),
  failure_limit: unsigned('failure_limit', 1),
  _io_msg_watermark: unsigned('_io_msg_watermark'),
  _io_bytes_watermark: unsigned('_io_bytes_watermark'),
  _io_key_prefetch: unsigned('_io_key_prefetch'),
  _hash_with_prefix_key: flag('_hash_with_prefix_key'),
  _noreply: flag('_noreply'),
  _sort_hosts: {
    set: (settings, value, name) => {
      const isOn = truth(value, name);
      const changed = numbered(settings, '_sort_hosts', Number(isOn));
      return laid(changed, SETTINGS.sortHosts(settings.layout, isOn));
    },
    get: ({ numbers }) => numbers._sort_hosts,
  },
  _poll_timeout: signed('_poll_timeout'),
  _socket_send_size: { set: noBuffers },
  _socket_recv_size: { set: noBuffers },
  dead_timeout: signed('dead_timeout'),
  pickle_protocol: signed('pickle_protocol'),
  namespace: { set: (settings, value) => ({ ...settings, namespace: namespaceOf(value) }) },
} as const satisfies Record<string, Row>;

/** Names that can be set and do not read back. */
export const all_callbacks: readonly string[] = ['namespace'];
/** All names that can be set but `namespace`, in the order in which they are applied. */
export const all_behaviors: readonly string[] = Object.keys(ROWS).filter(
  (name) => !all_callbacks.includes(name),
);

function flag(number: NumberName): Row {
  return {
    set: (settings, value, name) => numbered(settings, number, Number(truth(value, name))),
    get: ({ numbers }) => numbers[number],
  };
}

function signed(number: NumberName): Row {
  return {
    set: (settings, value, name) =>
      numbered(settings, number, whole(value, name, -MAX_INT32 - 1, MAX_INT32)),
    get: ({ numbers }) => numbers[number],
  };
}

/** A negative number is a large one, as in C. */
function unsigned(number: NumberName, least = 0): Row {
  return {
    set: (settings, value, name) => {
      const wrapped = whole(value, name, -MAX_INT32 - 1, MAX_UINT32) >>> 0;
      if (wrapped < least) throw refused(name, wrapped);
      return numbered(settings, number, wrapped);
    },
    get: ({ numbers }) => numbers[number],
  };
}

function numbered(settings: Settings, name: NumberName, value: number): Settings {
  return { ...settings, numbers: { ...settings.numbers, [name]: value } };
}

function laid(settings: Settings, layout: Layout): Settings {
  return { ...settings, layout };
}

function noBuffers(_settings: Settings, _value: unknown, name: string): never {
  throw new NotSupportedError(`${name}: Node cannot set the sizes of a socket's buffers`);
}

function refused(name: string, value: number | string): Error {
  return exceptionOf(
    Rc.invalidArguments,
    `memcached_behavior_set returned 38 for behavior '${name}' = ${value}`,
  );
}

function truth(value: unknown, name: string): boolean {
  return Boolean(checkWhole(value, name));
}

function whole(value: unknown, name: string, least: number, most: number): number {
  const number = Number(checkWhole(value, name));
  if (number >= least && number <= most) return number;
  throw new OverflowError(`behavior ${name} must fit in 32 bits`);
}

function checkWhole(value: unknown, name: string): number | bigint | boolean {
  if (typeof value === 'bigint' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw noInt(value, name);
}

function noInt(value: unknown, name: string): TypeError {
  return new TypeError(`behavior ${name} must be int, not ${pythonType(value)}`);
}

function isHasher(name: unknown): name is HasherName {
  return typeof name === 'string' && Object.hasOwn(hashers, name);
}

function hasher(value: unknown, name: string): HasherName {
  if (isHasher(value)) return value;
  throw value === null ? noInt(value, name) : new KeyError(repr(value));
}

function distributionOf(value: unknown, name: string): DistributionName {
  if (typeof value !== 'string' || !Object.hasOwn(distributions, value)) {
    throw value === null ? noInt(value, name) : new KeyError(repr(value));
  }
  const given = value as keyof typeof distributions; // an own name of that table
  if (given === 'consistent max') throw refused(name, distributions[given]);
  return given;
}

// Read by `isgraph` of the C locale.
const GRAPHIC = /^[\x21-\x7e]*$/;

function namespaceOf(value: unknown): string {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new TypeError(`namespace must be bytes, not ${pythonType(value)}`);
  }
  const bytes = bytesOf(value);
  if (!GRAPHIC.test(bytes)) throw new ValueError(`bad key provided: ${JSON.stringify(bytes)}`);
  if (bytes !== '' && bytes.length <= MAX_NAMESPACE) return bytes;
  const rc = bytes === '' ? Rc.invalidArguments : Rc.keyTooBig;
  throw exceptionOf(rc, `memcached_callback_set returned ${rc} for callback 'namespace' = `);
}

/**
 * The settings after some behaviors were given; those given as undefined stay.
 * @param without a name that the release does not have
 * @throws {ValueError} unknown names
 * @throws {TypeError | KeyError | OverflowError | MemcachedError} a value that cannot be set; nothing is changed then
 */
export function withBehaviors(
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
  without: ReadonlySet<string>,
): Settings {
  const { _retry_timeout, ...values }: Record<string, unknown> = given;
  if (values['retry_timeout'] === undefined) values['retry_timeout'] = _retry_timeout;
  const names = Object.keys(values).filter((name) => values[name] !== undefined);
  const unknown = names.filter((name) => !Object.hasOwn(ROWS, name) || without.has(name));
  if (unknown.length > 0) {
    throw new ValueError(`unknown behavior names: ${unknown.sort().join(', ')}`);
  }
  let now = settings;
  for (const [name, { set }] of Object.entries<Row>(ROWS)) {
    if (values[name] !== undefined) now = set(now, values[name], name);
  }
  return now;
}

/** All that reads back, by name in order. */
export function readBehaviors(
  settings: Settings,
  without: ReadonlySet<string>,
): Record<string, number | string> {
  const found = Object.create(null) as Record<string, number | string>;
  for (const [name, { get }] of Object.entries<Row>(ROWS)) {
    if (get !== undefined && !without.has(name)) found[name] = get(settings);
  }
  return found;
}
