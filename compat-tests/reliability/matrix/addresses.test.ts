// Names and addresses: names that do not resolve or change, IPv6, unix sockets that go away.

import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import { once } from 'node:events';
import { Client, type ClientOptions } from '../../../lib';
import type { Address } from '../../../lib/net/address';
import { Memcached, refusingPort } from '../../support';
import { codeOf, HASTY, surely } from './lab';

const clients: Client[] = [];
afterEach(() => {
  for (const mc of clients.splice(0)) mc.disconnect_all();
});

/** A client whose names are looked up so. */
function clientOf(name: string, lookup?: LookupFunction): Client {
  const open = (address: Address, onread: OnReadOpts): Socket => {
    if (address.kind === 'unix') return connect({ path: address.path, onread });
    const { host, port, family } = address;
    return connect({ host, port, family, onread, ...(lookup === undefined ? {} : { lookup }) });
  };
  const injected = lookup === undefined ? {} : { open };
  const mc = new Client([name], { ...HASTY, injected } as ClientOptions);
  clients.push(mc);
  return mc;
}

let server: Memcached;
beforeAll(async () => {
  server = await Memcached.start();
});
afterAll(() => server.stop());

it.each(['ENOTFOUND', 'EAI_AGAIN'])('row 50: a name that does not resolve (%s) is an error, until it does', async (code) => {
  let resolves = false;
  const mc = clientOf(`cache.test:${server.port}`, (_host, _options, callback) => {
    const error = Object.assign(new Error(`getaddrinfo ${code}`), { code, syscall: 'getaddrinfo' });
    setImmediate(() => (resolves ? callback(null, '127.0.0.1', 4) : callback(error, '', 4)));
  });
  expect(await codeOf(mc.get('k'))).toBe('CONNECTION');
  resolves = true;
  await surely(() => mc.set('k', 1));
  expect(await mc.get('k')).toBe(1);
}); // prettier-ignore

it('row 50: a name server that never answers is a timeout', async () => {
  const mc = clientOf(`cache.test:${server.port}`, () => undefined);
  expect(await codeOf(mc.get('k'))).toBe('TIMEOUT');
});

it('row 51: an answer that changes is used by new connections, old ones live on', async () => {
  let asked = '';
  const moved = createServer((socket) => socket.on('data', () => socket.end('VERSION moved\r\nEND\r\n')));
  moved.listen(server.port, '127.0.0.2');
  await once(moved, 'listening');
  let address = '127.0.0.1';
  const mc = clientOf(`cache.test:${server.port}`, (_host, _options, callback) => {
    asked = address;
    setImmediate(() => callback(null, address, 4));
  });
  await mc.set('k', 'here');
  address = '127.0.0.2';
  expect([await mc.get('k'), asked]).toEqual(['here', '127.0.0.1']);
  const arrived = once(moved, 'connection');
  mc.disconnect_all();
  const call = codeOf(mc.get('k'));
  await arrived;
  expect([asked, await call]).toEqual(['127.0.0.2', 'PROTOCOL']);
  moved.close();
}); // prettier-ignore

it('row 52: a server on ::1 alone is reached by inet6, and refused at once by localhost (IPv4, as Python)', async () => {
  await using six = await Memcached.start({ on: '::1' });
  const mc = clientOf(six.name);
  expect(await mc.set('k', 6)).toBe(true);
  expect(await codeOf(clientOf(`localhost:${six.port}`).get('k'))).toBe('CONNECTION');
  expect(await clientOf(`localhost:${server.port}`).set('k', 4)).toBe(true);
  expect(await codeOf(clientOf(`inet6:[::1]:${server.port}`).get('k'))).toBe('CONNECTION');
  expect(await mc.get('k')).toBe(6);
});

it('row 49: a unix socket that is removed, made again, and forbidden', async () => {
  await using unix = await Memcached.start({ on: 'unix' });
  const mc = clientOf(unix.name);
  await mc.set('k', 1);
  await unix.kill();
  rmSync(unix.path, { force: true });
  expect(await codeOf(mc.get('k'))).toBe('CONNECTION');
  await unix.restart();
  await surely(() => mc.set('k', 2));
  expect(await mc.get('k')).toBe(2);
  chmodSync(unix.path, 0);
  mc.disconnect_all();
  // Root may connect all the same.
  expect(await codeOf(mc.get('k'))).toBe(process.getuid?.() === 0 ? 'none' : 'CONNECTION');
  chmodSync(unix.path, 0o777);
  await surely(() => mc.get('k'));
});

it('row 1: a port where nobody listens is an error at once', async () => {
  expect(await codeOf(clientOf(`127.0.0.1:${await refusingPort()}`).get('k'))).toBe('CONNECTION');
});
