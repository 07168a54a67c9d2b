// Server strings are read, and refused, as set_servers does.

import { ValueError } from '../../errors';
import { parseServers, type ServerArgument } from './server-string';

it.each<[ServerArgument, string, number, number]>([
  ['cache1:11212', 'cache1', 11212, 1],
  ['10.0.0.1:', '10.0.0.1', 11211, 1],
  [['h:1', 3], 'h', 1, 3],
  [['h:1', 20], 'h', 1, 20],
  [['h:1', 0], 'h', 1, 0],
  [['h:1', -1], 'h', 1, -1],
])('%p', (argument, host, port, weight) => {
  const address = { kind: 'tcp', host, port, family: 4 };
  expect(parseServers([argument])).toEqual([{ address, name: `${host}:${port}`, weight }]);
});

it.each<[unknown, string]>([
  ['12', 'expected "server:port" but "12" found'],
  [12, 'expected string, int found'],
  [null, 'expected string, NoneType found'],
  [Buffer.from('h:1'), 'expected string, bytes found'],
  [['h:1'], 'function takes exactly 2 arguments (1 given)'],
  [['h:1', 1, 2], 'function takes exactly 2 arguments (3 given)'],
  [['h:1', 1.5], 'an integer is required, not float'],
  [['h:1', '3'], 'an integer is required, not str'],
])('%p is refused', (argument, message) => {
  expect(() => parseServers([argument as ServerArgument])).toThrow(new TypeError(message));
});

it.each([':1', 'h:x', 'h:-1', '[::1]:5', 'unix:/tmp/socket', 'h:1\n'])(
  '%j names no host and port',
  (text) => {
    expect(() => parseServers([text])).toThrow(new ValueError(`"${text}" names no host and port`));
  },
);
