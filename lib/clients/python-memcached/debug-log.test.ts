// Debug lines are python-memcached's, for what Node reports.

import type { ServerSpec } from '../../engine/server';
import {
  AuthError,
  ConnectionError,
  ProtocolError,
  TimeoutError,
  TlsError,
  TooLargeError,
  type MemcacheError,
} from '../../errors';
import { DebugLog } from './debug-log';

function logged(action: (log: DebugLog) => void, enabled = true, errno = true): string {
  let text = '';
  action(
    new DebugLog(
      () => enabled,
      (line) => (text += line),
      errno,
    ),
  );
  return text;
}

const TCP: ServerSpec = {
  address: { kind: 'tcp', host: '127.0.0.1', port: 1, family: 4 },
  name: '127.0.0.1:1',
  weight: 1,
};

function nodeError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

const dead = (cause: MemcacheError, server = TCP): string =>
  logged((log) => log.happened({ name: 'dead', server, cause, until: 0 }));

it('a line has its prefix and its end', () => {
  expect(logged((log) => log.log('hello'))).toBe('MemCached: hello\n');
  expect(logged((log) => log.log('unknown flags on get: 10\n'))).toBe(
    'MemCached: unknown flags on get: 10\n\n',
  );
});

it.each<[string, ServerSpec['address'], string]>([
  ['IPv4', { kind: 'tcp', host: 'h', port: 5, family: 4 }, 'inet:h:5'],
  ['IPv6', { kind: 'tcp', host: '::1', port: 5, family: 6 }, 'inet6:[::1]:5'],
  ['unix', { kind: 'unix', path: '/tmp/s' }, 'unix:/tmp/s'],
])('a server by %s', (_name, address, shown) => {
  const text = dead(new TimeoutError('x'), { ...TCP, address });
  expect(text).toBe(`MemCached: MemCache: ${shown}: timed out.  Marking dead.\n`);
});

const refused = nodeError('ECONNREFUSED', 'connect');

it.each<[string, Error | undefined, string]>([
  ['the server closed the connection', undefined, 'connection closed in readline()'],
  ['refused', refused, 'connect: [Errno 111] Connection refused'],
  ['no such name', nodeError('ENOTFOUND', 'getaddrinfo'), 'connect: [Errno -2] Name or service not known'],
  ['no such socket', nodeError('ENOENT', 'connect'), 'connect: [Errno 2] No such file or directory'],
  ['reset while reading', nodeError('ECONNRESET', 'read'), '[Errno 104] Connection reset by peer'],
  ['broken while writing', nodeError('EPIPE', 'write'), '[Errno 32] Broken pipe'],
  ['an unknown reason', nodeError('EWHATEVER', 'read'), 'could not read'],
])('%s', (_name, cause, reason) => {
  const error = new ConnectionError('could not read', TCP.name, cause);
  expect(dead(error)).toBe(`MemCached: MemCache: inet:127.0.0.1:1: ${reason}.  Marking dead.\n`);
}); // prettier-ignore

it.each([
  [new TlsError('certificate has expired', TCP.name, new Error('certificate has expired')), 'certificate has expired'],
  [new AuthError('the server refused the user name or password', TCP.name), 'the server refused the user name or password'],
])('what Python has no words for: %s', (error, reason) => {
  expect(dead(error)).toBe(`MemCached: MemCache: inet:127.0.0.1:1: connect: ${reason}.  Marking dead.\n`);
}); // prettier-ignore

it('before 1.54 failed connecting is said without its number', () => {
  const say = (cause: Error): string =>
    logged(
      (log) =>
        log.happened({
          name: 'dead',
          server: TCP,
          cause: new ConnectionError('x', TCP.name, cause),
          until: 0,
        }),
      true,
      false,
    );
  expect(say(refused)).toContain(': connect: Connection refused.  Marking dead.');
  expect(say(nodeError('ENOTFOUND', 'getaddrinfo'))).toContain(': connect: Name or service');
  expect(say(nodeError('ECONNRESET', 'read'))).toContain(': [Errno 104] Connection reset by peer.');
});

it('a reply that the protocol does not allow: the connection is closed, the server is not dead', () => {
  const text = logged((log) =>
    log.happened({
      name: 'protocol-error',
      server: TCP,
      cause: new ProtocolError('bad size'),
      until: undefined,
    }),
  );
  expect(text).toBe('MemCached: MemCache: inet:127.0.0.1:1: bad size.  Connection closed.\n');
});

it('a pause for a server that only lies is not a death', () => {
  expect(dead(new ProtocolError('bad size'))).toBe('');
  expect(dead(new TooLargeError('too long'))).toBe('');
});

it('a connection is no news', () => {
  expect(
    logged((log) =>
      log.happened({ name: 'alive', server: TCP, cause: undefined, until: undefined }),
    ),
  ).toBe('');
});

it('nothing is printed while it is off, which may change at any line', () => {
  const error = new ConnectionError('x', TCP.name, refused);
  expect(
    logged((log) => log.happened({ name: 'dead', server: TCP, cause: error, until: 0 }), false),
  ).toBe('');
  expect(logged((log) => log.log('x'), false)).toBe('');
  let isOn = false;
  const lines: string[] = [];
  const log = new DebugLog(
    () => isOn,
    (line) => lines.push(line),
    true,
  );
  log.log('one');
  isOn = true;
  expect(log.enabled).toBe(true);
  log.log('two');
  expect(lines).toEqual(['MemCached: two\n']);
});
