// Server specs: as client.py of pylibmc 1.6.3 reads them.

import { OverflowError, ValueError } from '../../errors';
import {
  Client,
  MemcachedError,
  translate_server_spec,
  type ServerArgument,
  type ServerTuple,
} from './index';
import { parseServers } from './specs';

describe('translate_server_spec', () => {
  it.each<[Parameters<typeof translate_server_spec>, ServerTuple]>([
    [['127.0.0.1'], [1, '127.0.0.1', 11211, 1]],
    [['udp:127.0.0.1'], [2, '127.0.0.1', 11211, 1]],
    [['/var/run/memcached.sock'], [4, '/var/run/memcached.sock', 0, 1]],
    [
      ['/var/run/memcached.sock', undefined, 2],
      [4, '/var/run/memcached.sock', 0, 2],
    ],
    [['127.0.0.1:22122'], [1, '127.0.0.1', 22122, 1]],
    [['127.0.0.1:1234:2'], [1, '127.0.0.1', 1234, 2]],
    [
      ['127.0.0.1', 1234, 2],
      [1, '127.0.0.1', 1234, 2],
    ],
    [['[::1]:22122'], [1, '::1', 22122, 1]],
    [['[::1]'], [1, '::1', 11211, 1]],
    [['[::1]:22122:3'], [1, '::1', 22122, 3]],
    [['h: 5 : 2 '], [1, 'h', 5, 2]],
  ])('%j is %j', (given, tuple) => {
    expect(translate_server_spec(...given)).toEqual(tuple);
  });

  it.each([
    ['::1', "invalid literal for int() with base 10: ''"],
    ['[::1', '[::1'],
    ['unix:/x', "invalid literal for int() with base 10: '/x'"],
    ['h:x', "invalid literal for int() with base 10: 'x'"],
    ['h:', "invalid literal for int() with base 10: ''"],
    ['h:1:2:3', "invalid literal for int() with base 10: '2:3'"],
    ['[::1]x:5', 'not enough values to unpack (expected 2, got 1)'],
  ])('%j is no spec', (spec, message) => {
    expect(() => translate_server_spec(spec)).toThrow(new ValueError(message));
  });
});

describe('a list', () => {
  it('becomes addresses, names and weights', () => {
    const servers: ServerArgument[] = ['h', '10.0.0.1:5:0', '[::1]:7:3', [1, 'x', 9], ':5'];
    expect(parseServers(servers)).toEqual([
      { address: { kind: 'tcp', host: 'h', port: 11211, family: 0 }, name: 'h:11211', weight: 1 },
      {
        address: { kind: 'tcp', host: '10.0.0.1', port: 5, family: 4 },
        name: '10.0.0.1:5',
        weight: 1,
      },
      { address: { kind: 'tcp', host: '::1', port: 7, family: 6 }, name: '::1:7', weight: 3 },
      { address: { kind: 'tcp', host: 'x', port: 9, family: 0 }, name: 'x:9', weight: 1 },
      { address: { kind: 'tcp', host: 'localhost', port: 5, family: 0 }, name: ':5', weight: 1 },
    ]);
    expect(parseServers(['/a.sock'])).toEqual([
      { address: { kind: 'unix', path: '/a.sock' }, name: '/a.sock:0', weight: 1 },
    ]);
  });

  it.each<[unknown[], new (message: string) => Error]>([
    [[], MemcachedError],
    [['/a', 'h'], ValueError],
    [[1], TypeError],
    [[null], TypeError],
    [[Buffer.from('h')], TypeError],
    [[['h', 1]], TypeError],
    [[[1, 'h', '5']], TypeError],
    [[[3, 'h', 5]], ValueError],
    [[['h:70000']], TypeError],
    [['h:70000'], OverflowError],
  ])('%j is none', (servers, Class) => {
    expect(() => new Client(servers as ServerArgument[])).toThrow(Class);
  });

  it('shows itself', () => {
    const mc = new Client(['h:1', [1, 'x', 9]], { binary: true });
    expect(String(mc)).toBe("<Client for h:1, (1, 'x', 9), binary=True>");
    expect(mc.addresses).toEqual(['h:1', [1, 'x', 9]]);
  });
});
