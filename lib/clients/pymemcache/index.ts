// What `import pymemcache` gives in Python, and its modules `serde` and `exceptions`.

export * as exceptions from './exceptions';
export * as serde from './serde';
export { ConnectionError, TimeoutError } from '../../errors';
export type { ServerEvent, ServerEventName, ServerEvents } from '../../engine/events';
export type { AnyClient } from './any-client';
export { Client, PooledClient } from './client';
export * from './exceptions';
export { KeepaliveOpts, type KeepaliveArguments, type KeepaliveOptions } from './keepalive';
export type { Key } from './keys';
export type { Integer } from './numbers';
export type {
  ClientArguments,
  ClientOptions,
  PooledClientArguments,
  PooledClientOptions,
} from './options';
export type { ReleaseName } from './releases';
export * from './serde';
export type { ServerArgument } from './server-string';
export type {
  CallOptions,
  Counted,
  ExpireArguments,
  ExpireOptions,
  FlushArguments,
  GatArguments,
  GatsArguments,
  GetArguments,
  GetOptions,
  GetsArguments,
  GetsOptions,
  Mapping,
  NoReplyArguments,
  NoReplyOptions,
  RawArguments,
  ShutdownArguments,
  StatsArguments,
  StoreArguments,
  StoreOptions,
  ValueWithCas,
} from './signatures';
export type { Stat } from './stats';
