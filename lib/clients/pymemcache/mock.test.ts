// MockMemcacheClient's own: how it is made, and that nobody changes what it holds. Its answers are compared with Python's.

import { MemcacheClientError } from './exceptions';
import { MockMemcacheClient } from './mock';
import { pickle_serde, type Serde } from './serde';

it.each([
  ['nothing', () => new MockMemcacheClient(), null],
  ['a server', () => new MockMemcacheClient('h:1'), 'h:1'],
  ['a server and options', () => new MockMemcacheClient(['h', 1], { timeout: 1 }), ['h', 1]],
  ['options', () => new MockMemcacheClient({ allow_unicode_keys: true }), null],
  ['a serde by position', () => new MockMemcacheClient(null, pickle_serde), null],
])('is made of %s', async (_what, make, server) => {
  const client = make();
  expect(client.server).toEqual(server);
  expect(await client.set('k', 'v')).toBe(true);
});

it('refuses options that Client refuses', () => {
  expect(() => new MockMemcacheClient({ nope: 1 } as object)).toThrow(TypeError);
});

it.each([
  ['4.0', 'text'],
  ['3.5.2', Buffer.from('text')],
] as const)('gives a serde text as release %s does', async (release, given) => {
  const seen: unknown[] = [];
  const serde: Serde = {
    serialize: (_key, value) => {
      seen.push(value);
      return [value, 3];
    },
    deserialize: (key, value, flags) => [key, value, flags],
  };
  const client = new MockMemcacheClient({ serde, release });
  await client.set('k', 'text');
  expect(seen).toEqual([given]);
  expect(await client.get('k')).toEqual([Buffer.from('k'), Buffer.from('text'), 3]);
});

it('holds its own bytes', async () => {
  const client = new MockMemcacheClient();
  const bytes = Buffer.from('abc');
  await client.set('k', bytes);
  bytes[0] = 0x78;
  const read = (await client.get('k')) as Buffer;
  read[1] = 0x78;
  expect(await client.get('k')).toEqual(Buffer.from('abc'));
});

it('has no cas', async () => {
  await expect(new MockMemcacheClient().cas('k', 'v', '1')).rejects.toThrow(
    new MemcacheClientError('CAS is not enabled for this instance'),
  );
});
