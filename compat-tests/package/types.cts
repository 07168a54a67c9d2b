// A TypeScript program in a CommonJS module.
import memcache = require('memcache-py');
import { dumps, loads, type LoadOptions } from 'memcache-py/pickle';

export async function use(options: LoadOptions): Promise<number> {
  const mc = new memcache.Client(['unix:/tmp/memcached.socket']);
  const value: unknown = loads(dumps(1), options);
  const error: Error = new memcache.Client.MemcachedKeyLengthError('too long');
  await mc.set('k', value);
  // @ts-expect-error a list of servers is a list
  new memcache.Client(5);
  return error.message.length;
}
