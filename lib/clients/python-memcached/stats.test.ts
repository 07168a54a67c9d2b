// Rows of stats replies become what python-memcached makes of them.

import type { ServerAnswer } from '../../engine/engine';
import { reached, slabsOf, slabStatsOf, statsOf } from './stats';

const server = (name: string, weight: number): ServerAnswer['server'] => ({
  name,
  weight,
  address: { kind: 'unix', path: name },
});

describe('servers', () => {
  it('are named with their weights, in list order; those without an answer are left out', () => {
    const answers: ServerAnswer[] = [
      { server: server('b:1', 2), answer: [['pid', '1']] },
      { server: server('dead:1', 1), answer: null },
      { server: server('unix:/tmp/s', 1), answer: [] },
      { server: server('[::1]:5', 0), answer: [['pid', '2']] },
    ];
    expect(reached(answers, (rows) => rows.length)).toEqual([
      ['b:1 (2)', 1],
      ['unix:/tmp/s (1)', 0],
      ['[::1]:5 (0)', 1],
    ]);
  });

  it('none', () => {
    expect(reached([], statsOf)).toEqual([]);
  });
});

describe('stats', () => {
  it('are text, and a name that comes twice has its last value', () => {
    const stats = statsOf([
      ['pid', '1'],
      ['version', '1.6.18'],
      ['libevent', '2.1.12-stable and more'],
      ['pid', '2'],
    ]);
    expect({ ...stats }).toEqual({
      pid: '2',
      version: '1.6.18',
      libevent: '2.1.12-stable and more',
    });
  });

  it('are an object without names of its own', () => {
    const stats = statsOf([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(stats)).toBeNull();
    expect(Object.entries(stats)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});

describe('stats items', () => {
  it('are grouped by slab', () => {
    const slabs = slabsOf([
      ['items:1:number', '5'],
      ['items:1:age', '9'],
      ['items:12:number', '1'],
      ['items:12:a:b', '2'],
    ]);
    expect(JSON.parse(JSON.stringify(slabs))).toEqual({
      1: { number: '5', age: '9' },
      12: { number: '1', 'a:b': '2' },
    });
  });

  it('other rows are left out, where Python raises IndexError', () => {
    expect(Object.keys(slabsOf([['odd', '1'], ['items:3', '2']]))).toEqual([]);
  }); // prettier-ignore

  it('no slab name reaches a prototype', () => {
    const slabs = slabsOf([['items:__proto__:x', '1']]);
    expect(Object.keys(slabs)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('stats slabs', () => {
  it('are grouped by slab, with the totals beside', () => {
    const stats = slabStatsOf([
      ['1:chunk_size', '96'],
      ['1:free_chunks', '7'],
      ['39:chunk_size', '524288'],
      ['active_slabs', '2'],
      ['total_malloced', '2097152'],
    ]);
    expect(JSON.parse(JSON.stringify(stats))).toEqual({
      1: { chunk_size: '96', free_chunks: '7' },
      39: { chunk_size: '524288' },
      active_slabs: '2',
      total_malloced: '2097152',
    });
  });

  it('a total that has the name of a slab keeps its value', () => {
    const stats = slabStatsOf([['x', '1'], ['x:a', '2']]);
    expect({ ...stats }).toEqual({ x: '1' });
  }); // prettier-ignore
});
