// Every TypeScript block of the README and the docs runs, against a private memcached.

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ts from 'typescript';
import { Memcached } from './support';

const ROOT = join(__dirname, '..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => join('docs', name))];

/** The ```ts blocks of a page, with the line where each begins. */
function blocksOf(page: string): { line: number; code: string }[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return Array.from(text.matchAll(/^```ts\n([\s\S]*?)^```$/gm), (match) => ({
    line: text.slice(0, match.index).split('\n').length,
    code: match[1] ?? '',
  }));
}

const BLOCKS = PAGES.filter((page) => page.endsWith('.md')).flatMap((page) =>
  blocksOf(page).map(({ line, code }) => [`${page}:${line}`, code] as const),
);

let server: Memcached;
let folder: string;
beforeAll(async () => {
  server = await Memcached.start();
  folder = mkdtempSync(join(tmpdir(), 'docs-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'memcache-py'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

it.each(BLOCKS)('the example at %s runs, and prints what it says', (_place, code) => {
  const module = ts.ModuleKind.ESNext;
  const target = ts.ScriptTarget.ES2022;
  const { outputText } = ts.transpileModule(code.replaceAll('127.0.0.1:11211', server.name), {
    compilerOptions: { module, target },
  });
  const file = join(folder, 'example.mjs');
  writeFileSync(file, outputText);
  const printed = execFileSync(process.execPath, [file], { timeout: 20_000 }).toString();
  // `console.log(x); // 5` promises the line 5.
  const promised = Array.from(
    code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm),
    ([, text]) => text,
  );
  const lines = printed.split('\n');
  for (const text of promised) expect(lines).toContain(text);
});
