// RendezvousHash answers for the nodes that it has now; placement itself is tested beside lib/placement.

import { ValueError } from '../../errors';
import { listOf, RECORDED, tablesOf } from '../../placement/testing/behaviors';
import { RendezvousHash } from './rendezvous';

it('has no node for a key when it has no nodes', () => {
  expect(new RendezvousHash().get_node('k')).toBeNull();
});

it('takes nodes once, and gives up those that it has', () => {
  const hasher = new RendezvousHash(['/a']);
  hasher.add_node('/b');
  hasher.add_node('/b');
  expect(hasher.nodes).toEqual(['/a', '/b']);
  hasher.remove_node('/a');
  expect(hasher.get_node('k')).toBe('/b');
  expect(() => hasher.remove_node('/a')).toThrow(new ValueError('No such node /a to remove'));
  hasher.remove_node('/b');
  expect(hasher.get_node('k')).toBeNull();
  hasher.add_node('/c');
  expect(hasher.get_node('k')).toBe('/c');
});

it('moves a key to a new node, or leaves it where it is', () => {
  const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
  const hasher = new RendezvousHash(['/a', '/b', '/c']);
  const before = keys.map((key) => hasher.get_node(key));
  hasher.add_node('/d');
  const after = keys.map((key) => hasher.get_node(key));
  const moved = after.filter((node, i) => node !== before[i]);
  expect(new Set(moved)).toEqual(new Set(['/d']));
  expect(moved.length).toBeLessThan(100);
});

it('scores by a hash of your own, of equal scores the greater name', () => {
  const asked: unknown[] = [];
  const hash_function = (text: string, seed: number): number => {
    asked.push([text, seed]);
    return text.length;
  };
  const hasher = new RendezvousHash({ nodes: ['/b', '/a', '/longer'], seed: 7, hash_function });
  expect(hasher.get_node(Buffer.from('k'))).toBe('/longer');
  expect(asked[0]).toEqual(["/b-b'k'", 7]);
  hasher.remove_node('/longer');
  expect(hasher.get_node('k')).toBe('/b');
  expect(new RendezvousHash([], 0, hash_function).get_node('k')).toBeNull();
});

it('hashes bytes as their repr', () => {
  const hasher = new RendezvousHash(['/a', '/b', '/c', '/d']);
  for (const key of ['foo', "it's", '"quoted"', '\xff\0\n']) {
    const bytes = Buffer.from(key, 'latin1');
    const repr = { foo: "b'foo'", "it's": `b"it's"`, '"quoted"': `b'"quoted"'` }[key];
    expect(hasher.get_node(bytes)).toBe(hasher.get_node(repr ?? "b'\\xff\\x00\\n'"));
  }
});

it.each(tablesOf('pymemcache').map((table) => [table.client.keys, table.list, table.is] as const))(
  'puts keys as %s on %s where pymemcache did',
  (keys, list, is) => {
    const names = listOf(list).map(([host, port]) => (port === 0 ? host : `${host}:${port}`));
    const hasher = new RendezvousHash(names);
    const told = RECORDED.keys.map((key) => {
      const node = hasher.get_node(keys === 'bytes' ? Buffer.from(key) : key);
      return names.indexOf(node ?? '').toString(36);
    });
    expect(told.join('')).toBe(is);
  },
);
