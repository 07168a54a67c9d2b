// Server specifications are read as pymemcache reads them, and nothing else is connected to.

import { ValueError } from '../../errors';
import { parseServer, type ServerArgument } from './server-string';

it.each<[ServerArgument, string, number, string]>([
  ['localhost', 'localhost', 11211, 'localhost:11211'],
  ['10.0.0.1:1', '10.0.0.1', 1, '10.0.0.1:1'],
  ['cache-1.example.com:11212', 'cache-1.example.com', 11212, 'cache-1.example.com:11212'],
  ['[::1]', '::1', 11211, '::1:11211'],
  ['[::1]:5', '::1', 5, '::1:5'],
  ['[fe80::1%eth0]:5', 'fe80::1%eth0', 5, 'fe80::1%eth0:5'],
  [['127.0.0.1', 11211], '127.0.0.1', 11211, '127.0.0.1:11211'],
  [['::1', '11211'], '::1', 11211, '::1:11211'],
])('%j', (server, host, port, name) => {
  const parsed = parseServer(server);
  expect(parsed).toMatchObject({ address: { kind: 'tcp', host, port }, name, weight: 1 });
});

it.each([
  ['/run/memcached.sock', '/run/memcached.sock'],
  ['unix:/run/memcached.sock', '/run/memcached.sock'],
  ['unix:relative', 'relative'],
])('%j is a path', (server, path) => {
  expect(parseServer(server)).toEqual({ address: { kind: 'unix', path }, name: path, weight: 1 });
});

it.each<[unknown]>([
  [''],
  [':11211'],
  ['host:'],
  ['host:port'],
  ['host:-1'],
  ['host: 1'],
  ['host:1\n'],
  ['ho st:1'],
  ['ho\0st'],
  ['host\r\nflush_all:1'],
  ['::1'],
  ['::1:11211'],
  ['[::1'],
  ['[::1]x:1'],
  ['[]:1'],
  ['unix:'],
  ['/tmp/\0'],
  ['http://host:1'],
  [['host']],
  [['host', 1, 2]],
  [['host', 1.5]],
  [['host', -1]],
  [['host', null]],
  [[5, 1]],
  [['', 1]],
  [null],
  [undefined],
  [5],
  [Buffer.from('host:1')],
  [{ host: 'h', port: 1 }],
])('%j is refused', (server) => {
  expect(() => parseServer(server)).toThrow(ValueError);
});
