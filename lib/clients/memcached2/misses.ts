// ExceptionsAreMissesMemcache: a Memcache to which what fails is a miss.

import type { CallOptions } from '../shared/arguments';
import type { GetArguments, SetArguments, SetMultiArguments, StoreItem } from './calls';
import type { Key, Value } from './checks';
import { Memcache } from './client';
import { MemcachedException, MultiStorageException } from './errors';
import type { Word } from './storing';

/** What to answer in place of an exception of python-memcached2; others, which mean mistakes in code, are thrown. */
export function swallow<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof MemcachedException) return otherwise;
    throw error;
  };
}

/** A Memcache whose `get`, `set`, `set_multi` and `delete` answer as on a miss where Memcache raises. */
export class ExceptionsAreMissesMemcache<V = string> extends Memcache<V, null> {
  /** False: not deleted, for whatever reason. */
  override delete(key: Key, options?: CallOptions): Promise<boolean> {
    return super.delete(key, options).catch(swallow(false));
  }

  /** Null: there is no value, for whatever reason. */
  override get(key: Key, ...rest: GetArguments): Promise<V | null> {
    return super.get(key, ...rest).catch(swallow(null));
  }

  /** Whether it was stored is not told. */
  override set(key: Key, value: Value, ...rest: SetArguments): Promise<null> {
    return super.set(key, value, ...rest).catch(swallow(null));
  }

  /** Of keys that were not answered nothing is told. */
  override set_multi(
    data: Iterable<StoreItem>,
    ...rest: SetMultiArguments
  ): Promise<Map<Key, Word>> {
    return super.set_multi(data, ...rest).catch((error: unknown) => {
      if (error instanceof MultiStorageException) return new Map(error.results as Map<Key, Word>);
      throw error;
    });
  }
}
