// Behaviors as callers see them: their names, and the live dict that `mc.behaviors` is.

/** Behaviors that are numbers; 0 and 1 where nothing else is said. */
export interface BehaviorNumbers {
  /** Without effect, as `tcp_nodelay` and `tcp_keepalive`: Node's sockets never block. */
  no_block: number;
  tcp_nodelay: number;
  tcp_keepalive: number;
  /** Number of a hash function; without effect. */
  ketama_hash: number;
  /** Let `gets` and `cas` work. */
  cas: number;
  /** Not 1: calls of one tick travel in one write already. */
  buffer_requests: number;
  /** Refuse keys that are not graphic ASCII. Of the text protocol. */
  verify_keys: number;
  /** Milliseconds; default 4000; negative: none. */
  connect_timeout: number;
  /** Microseconds, without effect, as `receive_timeout`: see `_poll_timeout`. */
  send_timeout: number;
  receive_timeout: number;
  /** Copies of an entry on the servers behind its own. Of the binary protocol. */
  num_replicas: number;
  /** Take servers that failed `failure_limit` times in a row off the ring. */
  auto_eject: number;
  /** Seconds that a server which could not be connected is left alone; default 2. */
  retry_timeout: number;
  /** At least 1; default 5. */
  failure_limit: number;
  /** Without effect, as the other two. */
  _io_msg_watermark: number;
  _io_bytes_watermark: number;
  _io_key_prefetch: number;
  /** Place keys by namespace and key. */
  _hash_with_prefix_key: number;
  /** Wait for no reply to `set` and its kind and `delete`. */
  _noreply: number;
  /** Take servers in order of hosts and ports. */
  _sort_hosts: number;
  /** Milliseconds of a whole call; default 5000; negative: none. */
  _poll_timeout: number;
  /** Seconds that a server is off the ring; 0: `retry_timeout`. */
  dead_timeout: number;
  /** Of pickles; -1 (default): the highest. */
  pickle_protocol: number;
}

/** Hash functions by their names in pylibmc; `default` is one-at-a-time. */
export type HasherName =
  | 'crc'
  | 'default'
  | 'fnv1_32'
  | 'fnv1_64'
  | 'fnv1a_32'
  | 'fnv1a_64'
  | 'hsieh'
  | 'jenkins'
  | 'md5'
  | 'murmur';

/** Distributions by their names in pylibmc. `consistent` and `consistent ketama` are one. */
export type DistributionName =
  | 'consistent'
  | 'consistent ketama'
  | 'consistent ketama spy'
  | 'consistent weighted'
  | 'modula'
  | 'random'
  | 'virtual bucket';

/** A whole number; true and false are 1 and 0. */
export type BehaviorNumber = number | bigint | boolean;

/** Behaviors as they are set. */
export type Behaviors = {
  [Name in Exclude<keyof BehaviorNumbers, 'ketama_hash'>]?: BehaviorNumber;
} & {
  hash?: HasherName;
  distribution?: DistributionName;
  /** As `hash`, without effect on placement. */
  ketama_hash?: BehaviorNumber | HasherName;
  /** 1: distribution `consistent ketama`; 0: `modula`. */
  ketama?: BehaviorNumber;
  /** 1: hash md5 and distribution `consistent weighted`; 0: `consistent ketama`. */
  ketama_weighted?: BehaviorNumber;
  /** Alias of `auto_eject`. */
  remove_failed?: BehaviorNumber;
  /** Alias of `retry_timeout`. */
  _retry_timeout?: BehaviorNumber;
  /** Refused, as `_socket_recv_size`: Node sets no sizes of buffers. */
  _socket_send_size?: BehaviorNumber;
  _socket_recv_size?: BehaviorNumber;
  /** Bytes (or text) before every key on the wire; up to 127, graphic ASCII. Cannot be read back. */
  namespace?: string | Uint8Array;
};

/** `mc.behaviors`: setting a name sets the client's behavior; `{ ...mc.behaviors }` is a copy of all that read back. */
export type LiveBehaviors = BehaviorNumbers & {
  hash: HasherName;
  distribution: DistributionName;
  ketama: number;
  ketama_weighted: number;
  remove_failed: number;
  /** To be set only. */
  namespace?: string | Uint8Array;
  /** Sets many, in pylibmc's own order. */
  update(behaviors: Behaviors): void;
};

type Values = Readonly<Record<string, unknown>>;

/**
 * @param read all that reads back
 * @param write sets some; throws what cannot be set
 */
export function liveBehaviors(read: () => Values, write: (given: Values) => void): LiveBehaviors {
  const target = { update: write };
  const live = new Proxy(target, {
    get: (_target, name) => (name === 'update' ? target.update : valueOf(read(), name)),
    set: (_target, name, value: unknown) => {
      write({ [String(name)]: value });
      return true;
    },
    has: (_target, name) => name in read(),
    ownKeys: () => Object.keys(read()),
    getOwnPropertyDescriptor: (_target, name) => {
      const values = read();
      if (!(name in values)) return undefined;
      return { value: valueOf(values, name), configurable: true, enumerable: true, writable: true };
    },
    deleteProperty: (_target, name) => {
      throw new TypeError(`behavior ${String(name)} cannot be deleted`);
    },
  });
  return live as unknown as LiveBehaviors; // the traps above answer each of its names
}

function valueOf(values: Values, name: string | symbol): unknown {
  return typeof name === 'string' ? values[name] : undefined;
}
