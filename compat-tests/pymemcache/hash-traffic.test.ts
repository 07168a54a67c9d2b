// HashClient under traffic while servers are killed, frozen and restarted: no wrong value, no call without an end.

import { HashClient, type HashClientOptions } from '../../lib/clients/pymemcache';
import { startServers, stopServers, type Memcached } from '../support';

const KEYS = Array.from({ length: 120 }, (_, i) => `key${i}`);
const no = { noreply: false } as const;

let servers: Memcached[];
let client: HashClient;

beforeEach(async () => {
  servers = await startServers(3);
});
afterEach(async () => {
  client.close();
  await stopServers(servers);
});

function open(options: HashClientOptions): HashClient {
  client = new HashClient(
    servers.map(({ name }) => name),
    { retry_timeout: 0.02, dead_timeout: 0.05, retry_attempts: 1, timeout: 0.3, ...options },
  );
  return client;
}

/** What one call came to: nothing but its own value, a miss, or an error of the server. */
function judge(key: string, read: unknown): 'hit' | 'miss' {
  if (read === null) return 'miss';
  expect((read as Buffer).toString()).toMatch(new RegExp(`^${key}:\\d+$`));
  return 'hit';
}

async function round(mark: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = { hit: 0, miss: 0, failed: 0 };
  const count = (what: string): number => (counts[what] = (counts[what] ?? 0) + 1);
  const alone = KEYS.map(async (key, i) => {
    try {
      if (i % 3 === 0) await client.set(key, `${key}:${mark}`, i % 2 === 0 ? no : {});
      count(judge(key, await client.get(key)));
    } catch {
      count('failed');
    }
  });
  const together = client.get_many(KEYS).then(
    (found) => {
      for (const [key, value] of found) judge(String(key), value);
    },
    () => count('failed'),
  );
  await Promise.all([...alone, together]);
  return counts;
}

describe.each([
  ['killed', (server: Memcached) => server.kill(), (server: Memcached) => server.restart()],
  [
    'frozen',
    (server: Memcached) => server.freeze(),
    (server: Memcached) => Promise.resolve(server.thaw()),
  ],
])('a server that is %s under traffic', (_name, fall, rise) => {
  it.each([
    ['errors are thrown', {}],
    ['errors are ignored', { ignore_exc: true }],
  ])(
    'and %s',
    async (name, options) => {
      open(options);
      await round(0);
      const [first] = servers as [Memcached];
      const busy = Promise.all([round(1), round(2)]);
      await fall(first);
      const counts = [...(await busy), await round(3), await round(4)];
      if (name === 'errors are ignored') expect(counts.map(({ failed }) => failed)).toEqual([0, 0, 0, 0]); // prettier-ignore
      await rise(first);
      // Sooner or later every key is found where it belongs, for good.
      for (let mark = 5; ; mark++) {
        const entries = KEYS.map((key) => [key, `${key}:${mark}`] as const);
        await client.set_many(entries, no).catch(() => undefined);
        const { hit, failed } = await round(mark);
        if (hit === KEYS.length && failed === 0) break;
      }
    },
    60_000,
  );
});
