// What `import memcached2` gives in Python.

export type { CallOptions } from '../shared/arguments';
export type { TlsParameter, TransportOptions } from '../shared/transport';
export type { CommandTrace } from '../../engine/tracing';
export type { Counters, LatencyFigures } from '../../net/tally';
export type { ServerEvent, ServerEventName, ServerEvents } from '../../engine/events';
export type {
  Cas,
  CountArguments,
  Counted,
  Delta,
  EntryOptions,
  GetArguments,
  Named,
  SetArguments,
  SetMultiArguments,
  StoreArguments,
  StoreItem,
  StoreOptions,
  Time,
  TouchArguments,
  Wanted,
} from './calls';
export type { Key, Value } from './checks';
export { Memcache } from './client';
export * from './errors';
export { HasherBase, HasherCMemcache, HasherZero } from './hash';
export { ExceptionsAreMissesMapping, type Pairs } from './mapping';
export { ExceptionsAreMissesMemcache } from './misses';
export type { Word } from './storing';
export type {
  FailureName,
  MappingArguments,
  MemcacheArguments,
  MemcacheOptions,
  OwnOptions,
  SelectorOptions,
} from './options';
export { ReconnectorBase, ReconnectorSimple, ReconnectorTime, ServerPool } from './reconnectors';
export {
  SelectorBase,
  SelectorConsistentHashing,
  SelectorFirst,
  SelectorFractalSharding,
  SelectorRehashDownServers,
  type HashFunction,
  type Pool,
} from './selectors';
export type { Sizes, SlabStats, Slabs, Stat, Stats } from './stats';
export {
  ValueDictionary,
  ValueSuperStr,
  type UpdateArguments,
  type UpdateOptions,
  type ValueWrapper,
  type WrapperArguments,
} from './values';
