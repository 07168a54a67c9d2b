// What `import memcache` gives in Python.

export { Client } from './client';
export * from './errors';
export {
  cmemcache_hash,
  serverHashFunction,
  useNewServerHashFunction,
  useOldServerHashFunction,
} from './hash';
export type { Key, MultiKey } from './keys';
export type { Delta, Time, TimeDelta } from '../shared/numbers';
export {
  SERVER_MAX_KEY_LENGTH,
  SERVER_MAX_VALUE_LENGTH,
  type ClientArguments,
  type ClientOptions,
  type FailureName,
} from './options';
export type { PythonVersion, ReleaseName } from './releases';
export type { TlsParameter, TransportOptions } from '../shared/transport';
export type { ServerArgument } from './server-string';
export type { ServerEvent, ServerEventName, ServerEvents } from '../../engine/events';
export type { CommandTrace } from '../../engine/tracing';
export type { Counters, LatencyFigures } from '../../net/tally';
export type { TlsOptions } from '../../net/tls';
export type {
  CallOptions,
  CheckKeyArguments,
  CountArguments,
  Counted,
  CountOptions,
  DeleteArguments,
  DeleteMultiArguments,
  DeleteMultiOptions,
  DeleteOptions,
  GetMultiArguments,
  Mapping,
  MultiOptions,
  Prefix,
  Seconds,
  SetMultiArguments,
  SetMultiOptions,
  StatsArguments,
  StatsOptions,
  StoreArguments,
  Stored,
  StoreOptions,
  TouchArguments,
  TouchOptions,
} from './signatures';
export type { Slabs, Stats } from './stats';
