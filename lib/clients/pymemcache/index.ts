// What `import pymemcache` gives in Python, and its modules `serde` and `exceptions`.

export * as exceptions from './exceptions';
export * as serde from './serde';
export { AuthError, ConnectionError, TimeoutError, TlsError } from '../../errors';
export type { TlsParameter, TransportOptions } from '../shared/transport';
export type { CommandTrace } from '../../engine/tracing';
export type { Counters, LatencyFigures } from '../../net/tally';
export type { ServerEvent, ServerEventName, ServerEvents } from '../../engine/events';
export type { AnyClient } from './any-client';
export {
  AWSElastiCacheHashClient,
  type AWSElastiCacheHashClientArguments,
  type AWSElastiCacheHashClientOptions,
} from './aws';
export { Client, PooledClient } from './client';
export * from './exceptions';
export {
  FallbackClient,
  type Cache,
  type CacheCount,
  type CacheStore,
  type CasId,
} from './fallback';
export {
  HashClient,
  type GetManyArguments,
  type HashKey,
  type HashMapping,
  type GatArguments as HashGatArguments,
  type GatsArguments as HashGatsArguments,
} from './hash';
export type { HashClientArguments, HashClientOptions, HasherSource } from './hash-options';
export { KeepaliveOpts, type KeepaliveArguments, type KeepaliveOptions } from './keepalive';
export type { Key } from './keys';
export { MockMemcacheClient, type MockArguments } from './mock';
export type { Integer } from './numbers';
export type {
  ClientArguments,
  ClientOptions,
  ConstructorArguments,
  PooledClientArguments,
  PooledClientOptions,
} from './options';
export type { ReleaseName } from './releases';
export {
  RendezvousHash,
  type HashFunction,
  type Hasher,
  type RendezvousArguments,
  type RendezvousOptions,
} from './rendezvous';
export {
  RetryingClient,
  type ErrorClass,
  type RetryingArguments,
  type RetryingClientConstructor,
  type RetryingOptions,
} from './retrying';
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
  NoReply,
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
