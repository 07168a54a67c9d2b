// Nodes that fail are tried, left alone, taken out and brought back at the times that pymemcache does it.

import type { ServerSpec } from '../../engine/server';
import { KeyError } from '../../errors';
import { Nodes, type Node, type Patience } from './nodes';
import { RendezvousHash } from './rendezvous';

const PATIENCE: Patience = {
  retryAttempts: 2,
  retryTimeout: 1000,
  deadTimeout: 60_000,
  idle: Infinity,
};

let now: number;
let hasher: RendezvousHash;

function spec(name: string): ServerSpec {
  return { address: { kind: 'unix', path: name }, name, weight: 1 };
}

function start(patience: Partial<Patience> = {}, names = ['/a', '/b']): Nodes {
  now = 5000;
  hasher = new RendezvousHash();
  const nodes = new Nodes(hasher, { ...PATIENCE, ...patience }, () => now);
  for (const name of names) nodes.add(spec(name));
  return nodes;
}

function named(nodes: Nodes, name: string): Node {
  const node = nodes.all.find((each) => each.spec.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

it('a node that fails is left alone between tries, and its keys go to others after the last one', () => {
  const nodes = start();
  const a = named(nodes, '/a');
  expect(nodes.mayTry(a)).toBe(true);
  expect(nodes.failed('/a')).toBe(1000);
  for (const _try of [1, 2]) {
    now += 1000;
    expect(nodes.mayTry(a)).toBe(false);
    now += 1;
    expect(nodes.mayTry(a)).toBe(true);
    expect(nodes.failed('/a')).toBe(1000);
  }
  expect(hasher.nodes).toEqual(['/a', '/b']);
  // The call that finds the tries used up is still sent, at once.
  expect(nodes.mayTry(a)).toBe(true);
  expect(hasher.nodes).toEqual(['/b']);
  expect(nodes.of('k')?.spec.name).toBe('/b');
  expect(nodes.failed('/a')).toBe(60_000);
});

it('a node that is out is brought back when it has been out for long enough, at the next look', () => {
  const nodes = start({ retryAttempts: 0 });
  now += 59_000; // the first look is due in 1001 ms
  expect(nodes.failed('/a')).toBe(60_000);
  now += 1001;
  nodes.of('k');
  now += 59_999;
  nodes.of('k'); // it has been out for 61 s, but the last look was less than 60 s ago
  expect(hasher.nodes).toEqual(['/b']);
  now += 2;
  nodes.of('k');
  expect(hasher.nodes).toEqual(['/b', '/a']);
  expect(named(nodes, '/a').failure).toBeUndefined();
});

it('one success makes a node well', () => {
  const nodes = start();
  const a = named(nodes, '/a');
  nodes.failed('/a');
  now += 1001;
  expect(nodes.mayTry(a)).toBe(true);
  nodes.succeeded(a);
  expect(nodes.mayTry(a)).toBe(true);
  expect(nodes.failed('/a')).toBe(1000);
  expect(a.failure?.attempts).toBe(0);
});

it('a node that is taken out twice is taken out once', () => {
  const nodes = start({ retryAttempts: 0 });
  nodes.failed('/a');
  expect(nodes.failed('/a')).toBe(60_000);
  expect(hasher.nodes).toEqual(['/b']);
  nodes.failed('/b');
  expect(nodes.of('k')).toBeUndefined();
});

it('what was removed is nobody', () => {
  const nodes = start({ retryAttempts: 0 });
  const a = named(nodes, '/a');
  nodes.remove('/a');
  expect(hasher.nodes).toEqual(['/b']);
  expect(() => nodes.remove('/a')).toThrow(KeyError);
  expect(nodes.failed('/a')).toBeUndefined();
  a.failure = { at: now, attempts: 5 };
  expect(nodes.mayTry(a)).toBe(true); // a call that was under way
  nodes.failed('/b');
  nodes.remove('/b');
  expect(hasher.nodes).toEqual([]);
  now += 10 * 60_000;
  expect(nodes.of('k')).toBeUndefined();
});

it('a node that is added again is well, and keeps its spec', () => {
  const nodes = start({ retryAttempts: 0 });
  const [old] = nodes.specs;
  nodes.failed('/a');
  nodes.add(spec('/a'));
  expect(hasher.nodes).toEqual(['/b', '/a']);
  expect(nodes.specs[0]).toBe(old);
  expect(named(nodes, '/a').failure).toBeUndefined();
  now += 10 * 60_000;
  nodes.of('k');
  expect(hasher.nodes).toEqual(['/b', '/a']);
});

it('of a new list, nodes that were there stay as they are', () => {
  const nodes = start();
  const b = named(nodes, '/b');
  nodes.failed('/b');
  nodes.replace([spec('/b'), spec('/c')]);
  expect(hasher.nodes).toEqual(['/b', '/c']);
  expect(named(nodes, '/b')).toBe(b);
  expect(b.failure).toBeDefined();
});

it('a node that nobody has used for long has a new spec', () => {
  const nodes = start({ idle: 500 });
  const [a, b] = [named(nodes, '/a'), named(nodes, '/b')];
  const { spec: old } = a;
  now += 500;
  expect(nodes.isIdle(a)).toBe(false);
  now += 500;
  expect([nodes.isIdle(a), nodes.isIdle(b)]).toEqual([false, true]);
  expect(a.spec).toBe(old);
  expect(b.spec).toEqual(spec('/b'));
});

it('a hasher that names another node is told so', () => {
  const odd = { add_node: () => undefined, remove_node: () => undefined, get_node: () => '/x' };
  const nodes = new Nodes(odd, PATIENCE, () => 0);
  expect(() => nodes.of('k')).toThrow(new KeyError('/x'));
});
