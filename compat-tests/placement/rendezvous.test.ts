// Placement by rendezvous hashing: the server that the real pymemcache chooses for a key is the one that ours does.

import { fc } from '../../lib/testing/random';
import { rendezvous } from '../../lib/placement/rendezvous';
import { Python, type PythonValue } from '../support';

let python: Python;

beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  await python.exec(`
from pymemcache.client.hash import HashClient

def chosen(servers, keys):
    client = HashClient([(host, port) for host, port in servers])
    names = ['%s:%s' % (host, port) for host, port in servers]
    return [names.index(client.hasher.get_node(key)) for key in keys]
`);
});
afterAll(() => python.stop());

const server = fc.tuple(
  fc.oneof(fc.ipV4(), fc.constantFrom('localhost', '::1', 'cache1.example.com', 'mémoire')),
  fc.integer({ min: 1, max: 65535 }),
);
const servers = fc.array(server, { minLength: 1, maxLength: 9 });

/** Names as the client gives them to its hasher. */
function placesOf(list: readonly (readonly [string, number])[]) {
  return list.map(([host, port]) => ({ name: `${host}:${port}`, weight: 1 }));
}

const MANY = { minLength: 30, maxLength: 30 } as const;

it('keys as text of any code points', async () => {
  // Whole code points alone: driver and JSON have lone surrogates in other forms.
  const key = fc.string({ unit: 'binary', maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(servers, fc.array(key, MANY), async (list, keys) => {
      const placement = rendezvous(placesOf(list));
      expect(keys.map((each) => placement.server(each))).toEqual(
        await python.eval('chosen(servers, keys)', { servers: list, keys }),
      );
    }),
    { numRuns: 200 },
  );
}, 120_000);

it('keys as bytes, by their repr', async () => {
  const key = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(servers, fc.array(key, MANY), async (list, keys) => {
      const placement = rendezvous(placesOf(list));
      const names: Record<string, PythonValue> = { servers: list, keys };
      const texts = (await python.eval('[repr(key) for key in keys]', names)) as string[];
      expect(texts.map((each) => placement.server(each))).toEqual(
        await python.eval('chosen(servers, keys)', names),
      );
    }),
    { numRuns: 100 },
  );
}, 120_000);
