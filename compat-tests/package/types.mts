// A TypeScript program in an ES module: what it may and may not write.
import { Client, SERVER_MAX_KEY_LENGTH } from 'memcache-py';
import { dumps, loads } from 'memcache-py/pickle';

export async function use(): Promise<number> {
  const mc = new Client(['127.0.0.1:11211', ['127.0.0.1:11212', 3]], { debug: 0, cache_cas: true });
  const stored: boolean | 0 = await mc.set('k', { a: [1] }, { time: 60 });
  const value: unknown = loads(dumps([1, stored]));
  // @ts-expect-error a key is no Date
  await mc.get(new Date());
  // @ts-expect-error there is no such option
  new Client([], { no_such_option: 1 });
  const found: boolean = (await mc.get_multi(['k', 'l'])).has('k');
  return found && value !== null ? SERVER_MAX_KEY_LENGTH : 0;
}
