// Patterns for caches that many processes share, over any client of this package.

export type { CasClient, KeepingClient, PairClient } from './cas';
export type { CacheClient, CountingClient, Waiting } from './client';
export { count, type CountOptions } from './count';
export { get_or_set, type GetOrSetOptions } from './get-or-set';
export { acquire, Lock, type LockOptions } from './lock';
export { Namespace, type NamespaceOptions } from './namespace';
export { ContentionError, update, type UpdateOptions } from './update';
