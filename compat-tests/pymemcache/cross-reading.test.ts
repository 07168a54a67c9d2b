// Entries of every recorded client, read by the real pymemcache 3.5.2 and by ours, serde by serde.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CompressedSerde,
  LegacyWrappingSerde,
  PickleSerde,
  type Serde,
} from '../../lib/clients/pymemcache';
import { loads, repr } from '../../lib/value/pickle';
import { Python, type PythonValue } from '../support';

const FOLDER = join(__dirname, '../../fixtures/entries');
const PICKLE = 1;
/** Characters of a repr: more than any recorded value has. */
const LONGEST = 10_000_000;

interface Entry {
  readonly value?: string;
  readonly flags?: number;
  readonly data?: string;
}

// The file is our own: fixtures/README.md says how it was made.
const STORED = readFileSync(join(FOLDER, 'entries.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .flatMap((line) => {
    const { flags, data, value = '' } = JSON.parse(line) as Entry;
    if (flags === undefined || data === undefined) return [];
    return [{ flags, value, bytes: Buffer.from(data, 'base64') }];
  });

/** Read exactly: 1.0 is no 1. */
const pickle_serde = new PickleSerde({
  unpickler: (bytes: Buffer) => loads(bytes, { exact: true, python: '3.13' }),
});

/** The same serde on both sides. 4.0's CompressedSerde is not in 3.5.2: here in its words. */
const SERDES: Readonly<Record<string, Serde>> = {
  default: new LegacyWrappingSerde(),
  pickle_serde,
  compressed_serde: new CompressedSerde({ serde: pickle_serde }),
};
const PYTHON = `
import sys, zlib
sys.path.insert(0, folder)
import fixmod
from pymemcache import serde

class CompressedSerde:
    def deserialize(self, key, value, flags):
        if flags & serde.FLAG_COMPRESSED:
            value = zlib.decompress(value)
        return serde.pickle_serde.deserialize(key, value, flags)

SERDES = {
    'default': serde.LegacyWrappingSerde(None, None),
    'pickle_serde': serde.pickle_serde,
    'compressed_serde': CompressedSerde(),
}

def read(name, flags, data):
    try:
        return repr(SERDES[name].deserialize('k', data, flags))
    except Exception as error:
        return '%s: %s' % (type(error).__name__, error)
`;

let python: Python;
beforeAll(async () => {
  python = await Python.start({ modules: ['pymemcache'] });
  await python.exec(PYTHON, { folder: FOLDER });
});
afterAll(() => python.stop());

function ourReading(serde: Serde, flags: number, bytes: Buffer): string {
  try {
    return repr(serde.deserialize('k', Buffer.from(bytes), flags), LONGEST);
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

/** A pickle's value is shown alike, unless only Python has its class, or 3.12 shows it in another way. */
function isComparable(flags: number, ours: string): boolean {
  return (flags & PICKLE) === 0 || !/<|OrderedDict/.test(ours);
}

it('more than two thousand entries were recorded, with all flags', () => {
  expect(STORED.length).toBeGreaterThan(2000);
  const flags = new Set(STORED.map((each) => each.flags));
  expect([...flags].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 8, 9, 16, 24]);
});

it.each(Object.entries(SERDES))('%s reads what pymemcache reads', async (name, serde) => {
  const entries: PythonValue = STORED.map(({ flags, bytes }) => [flags, bytes]);
  const source = '[read(name, flags, data) for flags, data in entries]';
  const theirs = (await python.eval(source, { name, entries })) as string[];
  const differing: unknown[] = [];
  let compared = 0;
  for (const [i, { flags, value, bytes }] of STORED.entries()) {
    const their = theirs[i] ?? '';
    const our = ourReading(serde, flags, bytes);
    // Where Python cannot load a pickle for want of a class, or of Python 2, ours may: it needs none.
    const isPickleError = (flags & PICKLE) !== 0 && their === 'None' && value !== 'None';
    if (isPickleError || !isComparable(flags, our)) continue;
    compared++;
    if (our !== their) differing.push([i, flags, value, their.slice(0, 100), our.slice(0, 100)]);
  }
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(1000);
});
