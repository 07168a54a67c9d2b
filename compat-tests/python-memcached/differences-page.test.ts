// docs/compatibility.md and its tests agree: each row names files that test it, and they name the row.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/compatibility.md'), 'utf8');

const ROWS = Array.from(PAGE.matchAll(/^\| (\d+) \|.* \| (.*?) \|$/gm), ([, number, files]) => ({
  number: Number(number),
  files: Array.from((files ?? '').matchAll(/`([\w-]+\.test\.ts)`/g), ([, name]) => name ?? ''),
}));

/** Every test file of the project by its name. */
const TESTS = new Map(
  ['lib', 'compat-tests'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => [path.replace(/^.*\//, ''), join(ROOT, folder, path)]),
  ),
);

it('rows are numbered in one go', () => {
  expect(ROWS.length).toBeGreaterThan(0);
  expect(ROWS.map(({ number }) => number)).toEqual(ROWS.map((_, i) => i + 1));
});

it.each(ROWS)('row $number names its tests', ({ files }) => {
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((name) => !TESTS.has(name))).toEqual([]);
});

it.each(ROWS)('the tests of row $number beside this file name it', ({ number, files }) => {
  for (const name of ['differences.test.ts', 'release-quirks.test.ts']) {
    const tests = readFileSync(join(__dirname, name), 'utf8');
    // A title begins with its rows: '3: ...', '1, 2: ...', or '8' for a whole group.
    const titles = Array.from(
      tests.matchAll(/(?:^\s*|it\(|describe\(|\)\()'(\d[\d, ]*)(?::|',)/gm),
      ([, numbers]) => numbers ?? '',
    );
    const named = titles.some((numbers) => numbers.split(', ').includes(String(number)));
    expect({ name, named }).toEqual({ name, named: files.includes(name) });
  }
});
