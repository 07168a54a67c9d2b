// Subclasses with hooks of their own, the mapping, and statistics: the same class in Python and here, on one server.

import { CacheMiss, Client } from '../../lib/clients/pylibmc';
import { KeyError } from '../../lib/errors';
import { Memcached, Python, RawConnection } from '../support';

jest.setTimeout(30_000);

/** JSON in place of pickles, with flags of its own; a value that has gone stale is missing. */
const JSON_CLIENT = `
import json, pylibmc

class JsonClient(pylibmc.Client):
    def serialize(self, value):
        return json.dumps(value, separators=(',', ':')).encode(), 1 << 6

    def deserialize(self, bytes_val, flags):
        if bytes_val == b'"stale"':
            raise pylibmc.CacheMiss
        return [json.loads(bytes_val), flags]
`;

class JsonClient extends Client {
  override serialize(value: unknown): [bytes: Uint8Array, flags: number] {
    return [Buffer.from(JSON.stringify(value)), 1 << 6];
  }

  override deserialize(bytes: Buffer, flags: number): unknown {
    const text = bytes.toString();
    if (text === '"stale"') throw new CacheMiss();
    return [JSON.parse(text), flags];
  }
}

let server: Memcached;
let raw: RawConnection;
let python: Python;
beforeAll(async () => {
  server = await Memcached.start();
  raw = await RawConnection.open(server);
  python = await Python.start({ modules: ['pylibmc'] });
  await python.exec(JSON_CLIENT);
});
beforeEach(() => raw.flush());
afterAll(async () => {
  await raw.close();
  await python.stop();
  await server.stop();
});

describe.each([
  ['text', false],
  ['binary', true],
])('over the %s protocol', (_wire, binary) => {
  let mc: JsonClient;
  beforeAll(async () => {
    mc = new JsonClient([server.name], { binary, behaviors: { cas: true } });
    const made = "mc = JsonClient([server], binary=binary, behaviors={'cas': True})";
    await python.exec(made, { server: server.name, binary });
  });
  afterAll(() => mc.disconnect_all());

  it('hooks make and read the entry; compression is outside of them', async () => {
    const value = { a: [1, 'two', null], long: 'x'.repeat(500) };
    const plain = "{'a': [1, 'two', None], 'long': 'x' * 500}";
    expect(await python.eval(`mc.set('p', ${plain}, min_compress_len=100)`)).toBe(true);
    expect(await mc.set('j', value, { min_compress_len: 100 })).toBe(true);
    const [made, written] = [await raw.entry('p'), await raw.entry('j')];
    expect([made?.flags, written?.flags]).toEqual([(1 << 6) | 8, (1 << 6) | 8]);
    for (const key of ['p', 'j']) {
      // Flags come to the hook as they were given, or as they are stored; the same in both.
      const [, flags] = (await python.eval(`mc.get('${key}')`)) as [unknown, number];
      expect(await mc.get(key)).toEqual([value, flags]);
      expect(await python.eval(`mc.get('${key}')[0] == ${plain}`)).toBe(true);
    }
  });

  it('every way of reading goes through them, and CacheMiss is a miss', async () => {
    expect(await mc.set_multi({ a: 1, b: 'stale', c: [2] })).toEqual([]);
    const [value, cas] = await mc.gets('a');
    expect([value, cas]).toEqual([[1, 1 << 6], expect.any(Number)]);
    const mine = [
      await mc.get('b'),
      await mc.get('b', 'default'),
      await mc.gets('b'),
      await mc.get_multi(['a', 'b', 'c', 'd']),
      await mc.__contains__('b'),
      await mc.__contains__('c'),
    ];
    const theirs = await python.eval(
      "[mc.get('b'), mc.get('b', 'default'), list(mc.gets('b')), mc.get_multi(['a', 'b', 'c', 'd']), 'b' in mc, 'c' in mc]",
    );
    expect(mine).toEqual(theirs);
    expect(await mc.cas('a', 'new', cas ?? 0)).toBe(true);
    expect(await python.eval("mc.get('a')")).toEqual(['new', 1 << 6]);
  });

  it('a clone is of the same class', async () => {
    const copy = mc.clone();
    expect(copy).toBeInstanceOf(JsonClient);
    await copy.set('k', { x: 1 });
    expect(await python.eval("mc.clone().get('k')[0]['x']")).toBe(1);
    copy.disconnect_all();
  });

  it('the built-in hooks give the entry as it is stored', async () => {
    await using plain = new Client([server.name], { binary });
    await python.exec('plain = pylibmc.Client([server])', { server: server.name });
    for (const [source, value] of [["'x'", 'x'], ['5', 5], ['True', true], ["b'\\xff'", Buffer.from([255])], ['[1]', [1]]] as const) {
      const [bytes, flags] = plain.serialize(value);
      expect(await python.eval(`list(plain.serialize(${source}))`)).toEqual([bytes, flags]);
      const read = plain.deserialize(Buffer.from(bytes), flags);
      expect(read).toEqual(value === true ? 1 : value);
    }
  }); // prettier-ignore

  it('the mapping', async () => {
    await using plain = new Client([server.name], { binary });
    await plain.__setitem__('k', 'v');
    expect([await plain.__getitem__('k'), await plain.__contains__('k')]).toEqual(['v', true]);
    await plain.__delitem__('k');
    expect(await plain.__contains__('k')).toBe(false);
    await python.exec('plain = pylibmc.Client([server], binary=binary)', { server: server.name, binary }); // prettier-ignore
    const failing = [
      ['plain["k"]', () => plain.__getitem__('k')],
      ['plain.__delitem__("k")', () => plain.__delitem__('k')],
      ['plain.__setitem__("", 1)', () => plain.__setitem__('', 1)],
    ] as const;
    for (const [source, ours] of failing) {
      const outcome = await python.evalOutcome(source);
      const { type, message } = 'raised' in outcome ? outcome.raised : { type: '', message: '' };
      await expect(ours()).rejects.toThrow(KeyError);
      await expect(ours()).rejects.toMatchObject({ name: type, message });
    }
  });

  it('statistics: the same fields, in order, of the same server', async () => {
    await using plain = new Client([server.name], { binary });
    await python.exec('plain = pylibmc.Client([server], binary=binary)', { server: server.name, binary }); // prettier-ignore
    const theirs = await python.eval('[[name, list(all), all] for name, all in plain.get_stats()]');
    const [[name, names, fields] = []] = theirs as [Buffer, string[], Map<string, Buffer>][];
    const [[ourName, ours] = ['', {}]] = await plain.get_stats();
    expect([ourName, Object.keys(ours)]).toEqual([String(name), names]);
    for (const same of ['pid', 'version', 'pointer_size', 'limit_maxbytes', 'threads']) {
      expect([same, ours[same]]).toEqual([same, fields?.get(same)]);
    }
  });
});
