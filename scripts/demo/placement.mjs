// Act 5: three servers with weights. Both sides put a key on the same server, and find each other's.
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'memcache-py';

const WEIGHTS = [1, 2, 3];
const KEYS = 600;

/** `KEYS` entries, each key with a prefix. */
function entries(prefix) {
  return new Map(Array.from({ length: KEYS }, (_, at) => [`${prefix}:${at}`, at]));
}

export async function shareServers({ python, servers, open }) {
  const weighted = WEIGHTS.map((weight, at) => [servers[at + 1].name, weight]);
  const mc = await open(weighted);
  const theirs = entries('python');
  const ours = entries('node');
  await python.ask('store_many', { values: Object.fromEntries(theirs) });
  await mc.set_multi(ours);
  const foundHere = await mc.get_multi([...theirs.keys()]);
  const { found } = await python.ask('read_many', { keys: [...ours.keys()] });
  const foundThere = new Map(Object.entries(found));
  const rows = await Promise.all(
    weighted.map((server) => shareOf(server, theirs, ours, foundHere, foundThere)),
  );
  const isComplete = isDeepStrictEqual(foundHere, theirs) && sameEntries(foundThere, ours);
  const total = ['all', 6, KEYS, foundHere.size, KEYS, foundThere.size];
  return {
    title: 'Three servers with weights: each side finds what the other stored',
    columns: ['server', 'weight', 'Python stored', 'Node found', 'Node stored', 'Python found'],
    rows: [...rows, { ok: isComplete, cells: total }],
  };
}

/** One server by itself: what is on it, and how much of that the other side found. */
async function shareOf([name, weight], theirs, ours, foundHere, foundThere) {
  const alone = new Client([name]);
  const fromPython = [...(await alone.get_multi([...theirs.keys()])).keys()];
  const fromNode = [...(await alone.get_multi([...ours.keys()])).keys()];
  alone.disconnect_all();
  const here = fromPython.filter((key) => foundHere.has(key)).length;
  const there = fromNode.filter((key) => foundThere.has(key)).length;
  return {
    ok: here === fromPython.length && there === fromNode.length && here > 0 && there > 0,
    cells: [name, weight, fromPython.length, here, fromNode.length, there],
  };
}

/** As maps in any order. */
function sameEntries(one, other) {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}
