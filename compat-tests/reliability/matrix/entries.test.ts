// Entries that are weapons or foreign: bombs, prototypes, huge numbers, unknown flags. Stored by a bare socket.

import { deflateSync } from 'node:zlib';
import { Client } from '../../../lib';
import { Memcached, RawConnection } from '../../support';

/** python-memcached's flags. */
const PICKLE = 1;
const INT = 2;
const ZLIB = 8;

let server: Memcached;
let raw: RawConnection;
let mc: Client;
beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
  mc = new Client([server.name], { socket_timeout: 20 });
});
afterAll(async () => {
  mc.disconnect_all();
  await raw.close();
  await server.stop();
});

/** What reading an entry gives: the value, or the name of the error. */
async function read(flags: number, data: Uint8Array | string): Promise<unknown> {
  await raw.store('bomb', flags, data);
  return mc.get('bomb').catch((error: unknown) => (error as Error).name);
}

it.each<[string, number, Uint8Array | string]>([
  ['100 MB of zeros in 100 kB', ZLIB, deflateSync(Buffer.alloc(100 * 1024 * 1024))],
  ['a cut zlib stream', ZLIB, deflateSync(Buffer.alloc(1000, 'x')).subarray(0, 8)],
  ['a pickle that announces 2^60 bytes', PICKLE, '\x80\x04\x8e\0\0\0\0\0\0\0\x10.'],
  ['a pickle of 200,000 nested lists', PICKLE, `\x80\x02${']'.repeat(200_000)}${'a'.repeat(199_999)}.`],
  ['a memo place of 2^32 - 1', PICKLE, '\x80\x02]r\xff\xff\xff\xff'],
  ['an int of 400,000 digits', PICKLE, `L${'9'.repeat(400_000)}L\n.`],
  ['a plain int of 400,000 digits', INT, '9'.repeat(400_000)],
])('row 67: %s: no crash, little memory, and the next value is right', async (_name, flags, data) => {
  const before = process.memoryUsage().rss;
  const answer = await read(flags, data);
  // Nesting alone is no harm: Python reads such lists too.
  if (!Array.isArray(answer)) {
    expect([null, 'ValueError', 'error', 'UnpicklingError']).toContain(answer);
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  expect(await mc.set('k', 'v')).toBe(true);
  expect(await mc.get('k')).toBe('v');
}); // prettier-ignore

it('row 67: a dict with __proto__ changes no prototype', async () => {
  const value = await read(PICKLE, "(dS'__proto__'\n(dS'polluted'\nI01\nss.");
  expect(value).toBeInstanceOf(Map);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

it('row 68: flags of another library raise ValueError, and the next value is right', async () => {
  expect(await read(1 << 9, 'x')).toBe('ValueError');
  expect(await mc.set('k', 'v')).toBe(true);
  expect(await mc.get('k')).toBe('v');
});
