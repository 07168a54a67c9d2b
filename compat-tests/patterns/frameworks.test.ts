// Entries as Python frameworks stored them (fixtures/frameworks): read, and written back byte for byte.

import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pylibmc from '../../lib/clients/pylibmc';
import * as pymemcache from '../../lib/clients/pymemcache';
import * as memcache from '../../lib/clients/python-memcached';
import { loads, namedTuple, PyDate, PyTuple, Registry, Unpickler } from '../../lib/value/pickle';
import { Memcached, RawConnection } from '../support';

interface Entry {
  readonly key: string;
  readonly flags: number;
  readonly data: string;
}
interface Scene {
  readonly library: string;
  readonly client: string;
  readonly scene: string;
  readonly about: Readonly<Record<string, string>> | null;
  readonly entries: readonly Entry[];
}

const FIXTURE = join(__dirname, '../../fixtures/frameworks/entries.json');
const SCENES = (JSON.parse(readFileSync(FIXTURE, 'utf8')) as { recorded: Scene[] }).recorded;

const CachedValue = namedTuple('dogpile.cache.api', 'CachedValue', ['payload', 'metadata']);
const unpickler = new Unpickler({ registry: new Registry([CachedValue.known]) });

/** A client of this package that is like the one that stored it. */
interface Reader {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  disconnect_all(): void;
}
const READERS: Readonly<Record<string, (server: Memcached) => Reader>> = {
  'python-memcached': ({ name }) => new memcache.Client([name], { unpickler }),
  pylibmc: ({ name }) => new pylibmc.Client([name], { unpickler }),
  pymemcache: ({ name }) =>
    new pymemcache.Client(name, {
      default_noreply: false,
      serde: new pymemcache.PickleSerde({ unpickler }),
    }),
};

const VALUES = { text: 't\u00e9xt', int: 7, dict: { a: [1, 2], t: PyTuple.of<unknown>(1, null) } };
const CART = { user: 7, cart: [{ id: 1 }] };
const NUMBER = expect.any(Number) as number;

/** What JavaScript sees, by the start of a scene and the end of a key. */
const EXPECTED: readonly (readonly [scene: RegExp, key: RegExp, value: unknown])[] = [
  [/^cache\.set/, /text$/, VALUES.text],
  [/^cache\.set/, /int$/, VALUES.int],
  [/^cache\.set/, /dict$/, VALUES.dict],
  [/^a cached view/, /view\/\/catalogue$/, '<h1>catalogue</h1>'],
  [/^a memoized/, /shop\.add_memver$/, expect.stringMatching(/^[\w+/]{6}$/)],
  [/^a memoized/, /^flask_cache_[\w+/]{22}$/, { sum: 3 }],
  [/^region\.set/, /text$/, new CachedValue(VALUES.text, { ct: NUMBER, v: 2 })],
  [/^region\.set/, /int$/, new CachedValue(VALUES.int, { ct: NUMBER, v: 2 })],
  [/^region\.set/, /dict$/, new CachedValue(VALUES.dict, { ct: NUMBER, v: 2 })],
  [/^a function/, /^shop\.catalogue:load\|5$/, new CachedValue({ key: 5, at: new PyDate(2020, 1, 2) }, { ct: NUMBER, v: 2 })], // prettier-ignore
  [/^the distributed lock/, /^_lockcatalogue$/, 1],
  [/^cache\.put/, /^shop\u00c2\u00b7items_text$/, PyTuple.of<unknown>(NUMBER, 1000, VALUES.text)],
  [/^cache\.put/, /^shop\u00c2\u00b7items_int$/, PyTuple.of<unknown>(NUMBER, 1000, VALUES.int)],
  [/^cache\.put/, /^shop\u00c2\u00b7items_dict$/, PyTuple.of<unknown>(NUMBER, 1000, VALUES.dict)],
  [/^a key that is too long/, /^[0-9a-f]{40}$/, PyTuple.of<unknown>(NUMBER, 1000, 'long')],
];

let server: Memcached;
let raw: RawConnection;
beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
});
afterAll(async () => {
  await raw.close();
  await server.stop();
});

const isPickleInBytes = ({ library }: Scene): boolean => library === 'Flask-Session';
const isJson = ({ library }: Scene): boolean => library === 'celery';

describe.each(SCENES.map((scene) => [`${scene.library} over ${scene.client}: ${scene.scene}`, scene] as const))(
  '%s', (_title, scene) => {
    let reader: Reader;
    beforeAll(async () => {
      const made = READERS[scene.client]?.(server);
      if (made === undefined) throw new Error(`no client ${scene.client}`);
      reader = made;
      await raw.flush();
      for (const { key, flags, data } of scene.entries) {
        await raw.store(Buffer.from(key), flags, Buffer.from(data, 'base64'));
      }
    });
    afterAll(() => reader.disconnect_all());

    it('is written back byte for byte as it was read', async () => {
      expect(scene.entries.length).toBeGreaterThan(0);
      for (const { key, flags, data } of scene.entries) {
        await reader.set(key, await reader.get(key));
        const entry = await raw.entry(Buffer.from(key));
        expect([key, entry?.flags, entry?.data.toString('base64')]).toEqual([key, flags, data]);
      }
    });

    if (isPickleInBytes(scene)) {
      it('is a pickle in plain bytes', async () => {
        const key = scene.about?.['cookie']?.replace('session=', 'session:') ?? '';
        expect(loads((await reader.get(key)) as Buffer)).toEqual({ _permanent: true, ...CART });
      });
    } else if (isJson(scene)) {
      it('is JSON text', async () => {
        const [success, failure] = await Promise.all(
          scene.entries.map(async ({ key }) => JSON.parse((await reader.get(key)) as string) as unknown),
        );
        expect(success).toMatchObject({ status: 'SUCCESS', result: { sum: 3 } });
        expect(failure).toMatchObject({
          status: 'FAILURE',
          result: { exc_type: 'ValueError', exc_message: ['no such thing'], exc_module: 'builtins' },
        });
      });
    } else if (scene.library === 'Beaker' && scene.scene.startsWith('a session')) {
      it('is a dict under the id of its cookie', async () => {
        const { id = '', cookie = '' } = scene.about ?? {};
        const digest = createHmac('sha1', 'secret').update(id).digest('hex');
        expect(cookie).toBe(digest + id);
        expect(await reader.get(`${id}_session`)).toEqual({
          _domain: null,
          _path: '/',
          _accessed_time: NUMBER,
          _creation_time: NUMBER,
          ...CART,
        });
      });
    } else {
      it('is what the framework was given', async () => {
        for (const { key } of scene.entries) {
          const row = EXPECTED.find(([about, name]) => about.test(scene.scene) && name.test(key));
          expect([key, await reader.get(key)]).toEqual([key, row?.[2]]);
        }
      });
    }
  },
); // prettier-ignore

it('a key that is too long is the SHA-1 of itself in Beaker', () => {
  const scene = SCENES.find(({ scene }) => scene.startsWith('a key that is too long'));
  const digest = createHash('sha1')
    .update(scene?.about?.['key'] ?? '')
    .digest('hex');
  expect(scene?.entries.map(({ key }) => key)).toEqual([digest]);
});
