// Every TypeScript and Python block of the README and the docs runs, against a private memcached.

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
import { findPython } from '../scripts/pythons.cjs';
import { Memcached } from './support';

const ROOT = join(__dirname, '..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => join('docs', name))];

interface Block {
  readonly language: string;
  readonly code: string;
}

/** The blocks of a page that are programs, with the page and line where each begins. */
function blocksOf(page: string): [place: string, block: Block][] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return Array.from(text.matchAll(/^```(ts|python)\n([\s\S]*?)^```$/gm), (match) => {
    const line = text.slice(0, match.index).split('\n').length;
    return [`${page}:${line}`, { language: match[1] ?? '', code: match[2] ?? '' }];
  });
}

const BLOCKS = PAGES.filter((page) => page.endsWith('.md')).flatMap(blocksOf);

/** Of each language: the comment with what a line prints, and how a program is run. */
const LANGUAGES: Record<string, { promise: RegExp; run: (code: string) => string }> = {
  ts: {
    promise: /^console\.log\(.*\); \/\/ (.*)$/gm,
    run: (code) => {
      const module = ts.ModuleKind.ESNext;
      const target = ts.ScriptTarget.ES2022;
      const { outputText } = ts.transpileModule(code, { compilerOptions: { module, target } });
      return execute(process.execPath, 'example.mjs', outputText);
    },
  },
  python: {
    promise: /^print\(.*\) {2}# (.*)$/gm,
    run: (code) => execute(findPython(CLIENTS).path ?? '', 'example.py', code),
  },
};
/** Modules that the Python of the examples has. */
const CLIENTS = ['memcache', 'pylibmc', 'pymemcache'];

function execute(program: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return execFileSync(program, [file], { timeout: 50_000 }).toString();
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'docs-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'memcache-py'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.'))
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each(BLOCKS)(
  'the example at %s runs, and prints what it says',
  async (_place, { language, code }) => {
    await using server = await Memcached.start(); // its own: examples use each other's keys
    const { promise, run } = LANGUAGES[language] as (typeof LANGUAGES)[string];
    const lines = run(code.replaceAll('127.0.0.1:11211', server.name)).split('\n');
    for (const [, text] of code.matchAll(promise)) expect(lines).toContain(text);
  },
);
