// The table of rows, the names of the tests and docs/reliability.md say the same.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROWS } from './rows';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'reliability.md'), 'utf8');

/** Tables of cases that belong to a test file. */
const CASES: Readonly<Record<string, string>> = {
  'lies/binary-lies.ts': 'lies/lies.test.ts',
  'lies/text-lies.ts': 'lies/lies.test.ts',
};

/** Test files by the rows that their tests are named after. */
function named(): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>();
  const names = ['lies', 'matrix', '../transport'].flatMap((folder) =>
    readdirSync(join(__dirname, folder)).map((name) => `${folder}/${name}`),
  );
  for (const name of names) {
    const file = CASES[name] ?? name;
    if (!file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(__dirname, name), 'utf8');
    // 'row 7: ...', `row: 7` and `[7, '...'` of tables whose titles begin 'row %i:'
    for (const match of text.matchAll(/\brow:? (\d+)\b|^ +\[(\d+), (?=['{])/gm)) {
      const row = Number(match[1] ?? match[2]);
      found.set(row, (found.get(row) ?? new Set()).add(file));
    }
  }
  return found;
}

const tested = named();

it('lists every row once, in order', () => {
  expect(ROWS.map(({ row }) => row)).toEqual(Array.from({ length: 68 }, (_, i) => i + 1));
});

it.each(ROWS)('row $row is tested where the table says, or has a reason', ({ row, tests, reason }) => {
  expect([...(tested.get(row) ?? [])].sort()).toEqual([...tests].sort());
  expect(tests.length > 0).toBe(reason === undefined);
}); // prettier-ignore

it.each(ROWS)('row $row stands in the page as in the table', ({ row, tests, reason }) => {
  const [, cell] = new RegExp(`^\\| ${row} \\| [^|]+ \\| ([^|]+) \\|$`, 'm').exec(page) ?? [];
  expect(cell).toBe(reason ?? tests.map((test) => `\`${test}\``).join(', '));
});

it('names proofs that exist', () => {
  const promises = page.split('\n').filter((line) => /^\| P\d+ /.test(line));
  expect(promises).toHaveLength(12);
  for (const line of promises) {
    const proofs = [...(line.split('|')[4] ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    expect(proofs.length).toBeGreaterThan(0);
    for (const path of proofs) expect([path, existsSync(join(__dirname, path)) || existsSync(join(ROOT, path))]).toEqual([path, true]);
  }
}); // prettier-ignore
