// What reading returns in place of strings, and the exceptions.

import {
  CASRefreshFailure,
  Memcache,
  MemcachedException,
  MultiStorageException,
  ValueDictionary,
  ValueSuperStr,
  type MemcacheOptions,
} from './index';
import * as memcached2 from './index';
import { closing, serve } from './testing/scripted';

function open<V>(uris: string[], options: MemcacheOptions<V>): Memcache<V> {
  return closing(new Memcache<V>(uris, options));
}

describe('value wrappers', () => {
  const HELD = 'VALUE k 7 1 9007199254740993\r\nv\r\nEND\r\n';

  it('are classes or functions, and are given all that was read', async () => {
    const { uri } = await serve((received) =>
      received.startsWith('gets') ? HELD : 'VALUE k 7 1\r\nv\r\nEND\r\n',
    );
    const mc = open([uri], { value_wrapper: (...given) => given });
    await expect(mc.get('k')).resolves.toEqual(['v', 'k', 7, null, mc]);
    await expect(mc.get('k', true)).resolves.toEqual(['v', 'k', 7, 9007199254740993n, mc]);
    const old = open([uri], {
      value_wrapper: function old(value: string) {
        return `<${value}>`;
      },
    });
    await expect(old.get('k')).resolves.toBe('<v>');
    const dictionaries = open([uri], { value_wrapper: ValueDictionary });
    await expect(dictionaries.get_multi(['k'], true)).resolves.toEqual(
      new Map([['k', new ValueDictionary('v', 'k', 7, 9007199254740993n)]]),
    );
  });

  it('ValueSuperStr is text', async () => {
    const { uri } = await serve(() => HELD);
    const value = await open([uri], { value_wrapper: ValueSuperStr }).get('k', true);
    expect(String(value)).toBe('v');
    expect(value.concat('w').length).toBe(2);
    expect(value.cas_unique).toBe(9007199254740993n);
  });

  it('ValueSuperStr refuses a new cas id of what somebody else stored', async () => {
    let gets = 0;
    const { uri } = await serve((received) =>
      received.startsWith('cas')
        ? 'STORED\r\n'
        : `VALUE k 0 1 ${String(++gets)}\r\n${gets > 2 ? 'x' : 'v'}\r\nEND\r\n`,
    );
    const mc = open([uri], { value_wrapper: ValueSuperStr });
    const value = await mc.get('k', true);
    await value.set('v', { update_cas: true });
    expect(value).toMatchObject({ cas_unique: 2, cas_unavailable: false });
    await expect(value.set('v', 0, 0, true)).rejects.toThrow(CASRefreshFailure);
    expect(value).toMatchObject({ cas_unique: 2, cas_unavailable: true });
  });
});

it('the exceptions are python-memcached2’s hierarchy', () => {
  const parents = Object.entries(memcached2).flatMap(([name, value]) =>
    typeof value === 'function' && value.prototype instanceof MemcachedException
      ? [[name, (Object.getPrototypeOf(value) as { name: string }).name]]
      : [],
  );
  expect(Object.fromEntries(parents)).toEqual({
    UnknownProtocol: 'MemcachedException',
    InvalidURI: 'MemcachedException',
    ServerDisconnect: 'MemcachedException',
    NoAvailableServers: 'MemcachedException',
    StoreException: 'MemcachedException',
    NotStored: 'StoreException',
    CASFailure: 'StoreException',
    CASRefreshFailure: 'CASFailure',
    MultiStorageException: 'StoreException',
    NotFound: 'StoreException',
    NonNumeric: 'StoreException',
    RetrieveException: 'MemcachedException',
    NoValue: 'RetrieveException',
  });
  expect(new memcached2.NoValue().name).toBe('NoValue');
  expect(new MultiStorageException().results).toEqual(new Map());
});
