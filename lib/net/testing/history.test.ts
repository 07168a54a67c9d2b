// The oracle finds what it is there to find: histories made up to break each rule, and their honest neighbours.

import { History, TOKEN_END, type Outcome, type Rule } from './history';
import { seal, unseal } from './payload';

let now = 0;
let history: History;

beforeEach(() => {
  now = 0;
  history = new History({ now: () => now, limit: 100 });
});

function write(key: string, outcome: Outcome = 'done', removes = false): void {
  history.wrote(history.write(key, 'value', removes), outcome);
}

function count(key: string, answer?: bigint, outcome: Outcome = 'done'): void {
  history.wrote(history.write(key, 'counter'), outcome, answer);
}

function append(key: string, outcome: Outcome = 'done'): void {
  history.wrote(history.write(key, 'log'), outcome);
}

function find(key: string, text: string | undefined): void {
  history.found(history.read([key]), [text]);
}

function log(...numbers: number[]): string {
  return numbers.map((number) => seal('l', number, 0) + TOKEN_END).join('');
}

const BROKEN: readonly (readonly [Rule, string, () => void])[] = [
  ['foreign', 'a value of another key', () => (write('a'), write('b'), find('a', seal('b', 1, 9)))],
  ['foreign', 'a token of another log', () => (append('l'), find('l', seal('m', 1, 0) + ';'))],
  ['corrupt', 'a value that was cut', () => (write('a'), find('a', seal('a', 1, 50).slice(0, 40)))],
  ['corrupt', 'a value of no bytes', () => (write('a'), find('a', ''))],
  [
    'corrupt',
    'two values spliced',
    () => (write('a'), find('a', seal('a', 1, 50).slice(0, 30) + seal('a', 1, 50).slice(20))),
  ],
  ['corrupt', 'a log that was cut', () => (append('l'), find('l', log(1).slice(0, -1)))],
  ['corrupt', 'a counter that is none', () => (count('c', 1n), find('c', '1 '))],
  ['unasked', 'a write that never began', () => (write('a'), find('a', seal('a', 2, 0)))],
  [
    'unasked',
    'a write that was refused',
    () => (write('a', 'refused'), find('a', seal('a', 1, 0))),
  ],
  ['unasked', 'a key that nobody wrote', () => find('a', seal('a', 1, 0))],
  ['unasked', 'a removal as a value', () => (write('a', 'done', true), find('a', seal('a', 1, 0)))],
  ['unasked', 'a count that was not asked', () => (count('c', 1n), find('c', '5'))],
  ['unasked', 'a count that was refused', () => (count('c', 1n, 'refused'), find('c', '1'))],
  [
    'stale',
    'an old value after a new one',
    () => (write('a'), write('a'), find('a', seal('a', 1, 0))),
  ],
  [
    'stale',
    'a value that was removed',
    () => (write('a'), write('a', 'done', true), find('a', seal('a', 1, 0))),
  ],
  ['lost', 'a miss after a write', () => (write('a'), find('a', undefined))],
  ['lost', 'a count without an acknowledged call', () => (count('c'), count('c'), find('c', '4'))],
  ['lost', 'a count that lacks the call it answers', () => (count('c', 1n), count('c', 1n))],
  [
    'lost',
    'a log without an acknowledged token',
    () => (append('l'), append('l'), find('l', log(2))),
  ],
  ['double', 'a count applied twice', () => (count('c'), find('c', '2'))],
  ['double', 'a count answered as applied twice', () => count('c', 2n)],
  ['double', 'a count of unknown outcome twice', () => (count('c', 0n, 'unknown'), find('c', '2'))],
  ['double', 'a token appended twice', () => (append('l'), find('l', log(1, 1)))],
  [
    'double',
    'a call answered twice',
    () => {
      const read = history.read(['a']);
      history.failed(read);
      history.failed(read);
    },
  ],
  [
    'overtime',
    'a late answer',
    () => {
      const read = history.read(['a']);
      now = 101;
      history.failed(read);
    },
  ],
  ['unsettled', 'a read without an answer', () => history.read(['a'])],
  ['unsettled', 'a write without an answer', () => history.write('a', 'value')],
];

it.each(BROKEN)('finds %s: %s', (rule, _what, make) => {
  make();
  expect(history.verdict().map((each) => each.rule)).toEqual([rule]);
  history.waive([rule]);
  expect(history.verdict()).toEqual([]);
});

const HONEST: readonly (readonly [string, () => void])[] = [
  ['the last value', () => (write('a'), write('a'), find('a', seal('a', 2, 5000)))],
  ['a miss of a key without a write', () => find('a', undefined)],
  ['a miss after a removal', () => (write('a'), write('a', 'done', true), find('a', undefined))],
  [
    'a miss when a removal may land late',
    () => {
      write('a', 'unknown', true);
      write('a');
      find('a', undefined);
    },
  ],
  [
    'a write of unknown outcome that lands late',
    () => {
      write('a', 'unknown');
      write('a');
      find('a', seal('a', 1, 0));
    },
  ],
  [
    'a write that is under way',
    () => {
      write('a');
      const next = history.write('a', 'value');
      find('a', seal('a', 2, 0));
      history.wrote(next, 'unknown');
    },
  ],
  [
    'the old value in a read that began before the new one was acknowledged',
    () => {
      write('a');
      const read = history.read(['a']);
      write('a');
      history.found(read, [seal('a', 1, 0)]);
    },
  ],
  [
    'a count that failed and one that was done',
    () => {
      count('c', undefined, 'unknown');
      count('c', 4n);
      count('c', 21n);
      find('c', '20');
      find('c', '21');
    },
  ],
  [
    'a log that lacks a token of unknown outcome',
    () => {
      append('l');
      append('l', 'unknown');
      append('l');
      find('l', log(1, 3));
      find('l', log(1, 2, 3));
    },
  ],
];

it.each(HONEST)('lets pass: %s', (_what, make) => {
  make();
  expect(history.verdict()).toEqual([]);
});

it('refuses a second writer of a key', () => {
  history.write('a', 'value');
  expect(() => history.write('a', 'value')).toThrow('a has two writers');
});

it('seals values that open again at every size, and at no size with a byte changed', () => {
  for (const size of [0, 1, 35, 36, 2048, 70_000]) {
    const text = seal('k', 12, size);
    expect(unseal(text)).toEqual({ key: 'k', number: 12 });
    const at = Math.floor(text.length / 2);
    expect(unseal(text.slice(0, at) + '~' + text.slice(at + 1))).toBeUndefined();
    expect(unseal(text.slice(1))).toBeUndefined();
    expect(unseal(text + text)).toBeUndefined();
  }
});
