// What `import pylibmc` gives in Python.

export type { CallOptions } from '../shared/arguments';
export type { ServerEvent, ServerEventName, ServerEvents } from '../../engine/events';
export type { CommandTrace } from '../../engine/tracing';
export type { Counters, LatencyFigures } from '../../net/tally';
export type {
  BehaviorNumber,
  BehaviorNumbers,
  Behaviors,
  DistributionName,
  HasherName,
  LiveBehaviors,
} from './behavior-dict';
export { all_behaviors, all_callbacks, distributions, hashers } from './behaviors';
export type { Mapping } from './bound-calls';
export { Client } from './client';
export * from './constants';
export * from './errors';
export { MemcachedError as Error } from './errors';
export type { ClientArguments, ClientOptions } from './options';
export type { ReleaseName } from './releases';
export type {
  CasId,
  CountMultiArguments,
  Delta,
  DeltaArguments,
  GetArguments,
  Key,
  PrefixArguments,
  Prefixed,
  StatsArguments,
  StoreArguments,
  StoreMultiArguments,
  Storing,
  Time,
  TimeArguments,
} from './requests';
export {
  server_type_tcp,
  server_type_udp,
  server_type_unix,
  translate_server_spec,
  type ServerArgument,
  type ServerTuple,
} from './specs';
export type { ServerStats, Stats } from './stats';
export {
  ClientPool,
  Reservation,
  ThreadMappedPool,
  type Cloneable,
  type ReserveArguments,
} from './pools';
export { Empty, Full, type Patience, type WaitArguments } from './queue';
