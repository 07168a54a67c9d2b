// What the classes swallow to which failures are misses, and what they throw.

import { ValueError } from '../../errors';
import {
  ExceptionsAreMissesMapping,
  ExceptionsAreMissesMemcache,
  HasherZero,
  MemcachedException,
  NotImplementedError,
  SelectorConsistentHashing,
} from './index';
import { closing, serve } from './testing/scripted';

describe('ExceptionsAreMisses', () => {
  it('swallows what servers do, in get, set, set_multi and delete alone', async () => {
    const { server, uri } = await serve((_received, socket) => void socket.end());
    const misses = closing(new ExceptionsAreMissesMemcache([uri]));
    for (let i = 0; i < 2; i++) {
      await expect(misses.get('k')).resolves.toBeNull();
      await expect(misses.set('k', 'v')).resolves.toBeNull();
      await expect(misses.set_multi([['k', 'v']])).resolves.toEqual(new Map());
      await expect(misses.delete('k')).resolves.toBe(false);
      await expect(misses.cache('k', (key) => `${String(key)}!`)).resolves.toBe('k!');
      await expect(misses.incr('k')).rejects.toThrow(MemcachedException);
      await server.close();
    }
  });

  it('throws what is a mistake in code, and what the server should not say', async () => {
    const { uri } = await serve(() => 'SERVER_ERROR out of memory\r\n');
    const misses = closing(new ExceptionsAreMissesMemcache([uri]));
    await expect(misses.get('a b')).rejects.toThrow(ValueError);
    await expect(misses.set('a', 5 as unknown as string)).rejects.toThrow(TypeError);
    await expect(misses.get('k')).rejects.toThrow(NotImplementedError);
    await expect(misses.delete('k')).rejects.toThrow(NotImplementedError);
  });

  it('a mapping over servers that fail is empty, and takes what it is given', async () => {
    const { uri } = await serve((_received, socket) => void socket.end());
    const mapping = new ExceptionsAreMissesMapping([uri]);
    closing(mapping.memcache);
    await expect(mapping.get('k', 'other')).resolves.toBe('other');
    await expect(mapping.has('k')).resolves.toBe(false);
    await expect(mapping.set('k', 'v')).resolves.toBeNull();
    await expect(mapping.delete('k')).resolves.toBe(false);
    await expect(mapping.size()).resolves.toBe(0);
    await expect(mapping.pop('k')).rejects.toMatchObject({ name: 'KeyError', message: 'k' });
    await expect(mapping.setdefault('k', 'v')).resolves.toBe('v');
    await mapping.update(new Map([['k', 'v']]));
  });

  it('a mapping takes a selector and a hasher, by position and by name', () => {
    const selector = new SelectorConsistentHashing();
    const hasher = new HasherZero();
    const uris = ['memcached://a/', 'memcached://b/'];
    for (const mapping of [
      new ExceptionsAreMissesMapping(uris, selector, hasher),
      new ExceptionsAreMissesMapping(uris, { selector, hasher, socket_timeout: 1 }),
    ]) {
      expect(mapping.memcache).toMatchObject({ selector, hasher, value_wrapper: null });
    }
  });

  it('a mapping ends its connections with the block that uses it', async () => {
    const { uri } = await serve(() => 'END\r\n');
    let mapping: ExceptionsAreMissesMapping;
    {
      await using used = new ExceptionsAreMissesMapping([uri]);
      mapping = used;
      await expect(used.get('k')).resolves.toBeNull();
    }
    const pending = mapping.get('k', 'other');
    mapping.memcache.close();
    await expect(pending).resolves.toBe('other');
  });
});
