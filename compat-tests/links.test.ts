// Every link between the pages leads somewhere: to a file of the project, and to a heading of it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = join(__dirname, '..');
const PAGES = [
  ...readdirSync(ROOT).map((name) => join(ROOT, name)),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(ROOT, 'docs', name),
  ),
].filter((path) => path.endsWith('.md'));

/** What a page's links name: `file#heading`, without those to other sites. */
function linksOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
  return Array.from(text.matchAll(/\]\(([^()\s]+)\)/g), ([, target]) => target ?? '').filter(
    (target) => !/^[a-z]+:/.test(target),
  );
}

/** Headings as links name them. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm);
  return new Set(
    Array.from(headings, ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

it.each(PAGES.map((page) => [relative(ROOT, page), page]))('the links of %s', (_name, page) => {
  const broken = linksOf(page).filter((target) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : resolve(dirname(page), file);
    if (!existsSync(path)) return true;
    return anchor !== undefined && path.endsWith('.md') && !anchorsOf(path).has(anchor);
  });
  expect(broken).toEqual([]);
});
