// The reader's short cuts for lists give what the plain way gives: shared and cyclic lists, frames and NaNs among floats.
import { dumps, loads, PyFloat } from '.';

const float = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return `47${bytes.toString('hex')}`;
};
const read = (...parts: string[]): unknown =>
  loads(Buffer.from(`8004${parts.join('')}2e`.replaceAll(' ', ''), 'hex'));
const exact = (...parts: string[]): unknown =>
  loads(Buffer.from(`8004${parts.join('')}2e`.replaceAll(' ', ''), 'hex'), { exact: true });

const exactCopy = (value: unknown): unknown[] =>
  loads(dumps(value, 4), { exact: true }) as unknown[];

describe('a list made from its first batch', () => {
  it.each([
    ['MEMOIZE', '5d94 28 4b014b02 65 6800 86'],
    ['BINPUT', '5d7100 28 4b014b02 65 6800 86'],
    ['LONG_BINPUT', '5d7200000000 28 4b014b02 65 6800 86'],
  ])('is the same at a later reference (%s)', (_, pickle) => {
    const pair = read(pickle) as unknown[][];
    expect(pair[0]).toEqual([1, 2]);
    expect(pair[0]).toBe(pair[1]);
  });

  it('may hold itself', () => {
    const list = read('5d94 28 4b01 6800 65') as unknown[];
    expect(list[0]).toBe(1);
    expect(list[1]).toBe(list);
  });

  it('may be in a list inside it', () => {
    const outer = read('5d94 28 5d94 28 6800 4b01 65 4b02 65') as unknown[][];
    expect(outer[0]?.[0]).toBe(outer);
    expect(outer[1]).toBe(2);
  });

  it('is the same where it was memoized twice', () => {
    const pair = read('5d9494 28 4b01 65 6800 86') as unknown[][];
    expect(pair[0]).toEqual([1]);
    expect(pair[0]).toBe(pair[1]);
  });

  it('is the same where another list took its memo entry', () => {
    const list = read('5d7100 28 5d7100 4b01 65 6800 86') as unknown[][];
    expect(list).toEqual([[[], 1], []]);
    expect(list[0]?.[0]).toBe(list[1]);
  });

  it('takes further batches', () => {
    expect(read('5d94 28 4b01 65 28 4b02 4b03 65')).toEqual([1, 2, 3]);
  });
});

describe('a batch of floats', () => {
  it('is read across frames, and after other batches', () => {
    const frame = `95 0a00000000000000`;
    const list = read('5d94 28 4b01 65 28', float(2), frame, float(0.5), '65');
    expect(list).toEqual([1, 2, 0.5]);
  });

  it('refuses a frame longer than the rest', () => {
    expect(() => read('5d94 28', float(2), '95ffffff0000000000', float(3), '65')).toThrow(
      'truncated',
    );
  });

  it('keeps whole floats and payloads of NaNs', () => {
    const nan = '477ff8000000000001';
    const pickle = [
      '5d94 28',
      float(2),
      float(-0),
      float(0.5),
      nan,
      '65 28',
      float(7),
      float(1.5),
      '65',
    ];
    const list = read(...pickle) as unknown[];
    expect(list).toEqual([2, -0, 0.5, NaN, 7, 1.5]);
    list[4] = 8;
    const [first, , , fourth, fifth] = exactCopy(list);
    expect(first).toEqual(new PyFloat(2));
    expect(fourth).toEqual(new PyFloat(NaN, 0x7ff8000000000001n));
    expect(fifth).toBe(8);
  });

  it('is PyFloat in the exact view', () => {
    expect(exact('5d94 28', float(2), float(0.5), '65')).toEqual([new PyFloat(2), 0.5]);
  });

  it('is no batch of a tuple', () => {
    expect(read('28', float(2), float(0.5), '74')).toEqual([2, 0.5]);
  });

  it('refuses a batch that ends in the middle', () => {
    expect(() => read('5d94 28', float(2), '4700')).toThrow('truncated');
  });
});
