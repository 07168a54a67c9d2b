// The committed fixtures are what the real Python programs of this machine make, and the check would notice if not.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const SCRIPT = join(ROOT, 'scripts/fixtures.mjs');

function run(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** A copy of the fixtures in which one text of one file is another. */
function tampered(path: string, from: RegExp, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tampered-'));
  cpSync(join(ROOT, 'fixtures'), folder, { recursive: true });
  const file = join(folder, path);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  return folder;
}

it('are as committed', () => {
  const { status, output } = run('--check');
  expect(output).not.toContain('DIFFERS');
  expect(output).toMatch(
    /^same +placement\/recorded\.json: python-memcached 1\.\d\d on Python 3$/m,
  );
  expect(output).toMatch(/^cannot +entries\/writers\.json, entries\.jsonl/m);
  expect(status).toBe(0);
}, 60_000);

describe('a fixture that is not what Python makes', () => {
  const PLACES = /"is": "[01]{20}/;
  const wrong = `"is": "${'1'.repeat(20)}`;

  it('fails the check, and is left as it is', () => {
    const folder = tampered('placement/recorded.json', PLACES, wrong);
    try {
      const { status, output } = run('--check', '--only', 'placement', '--folder', folder);
      expect(output).toMatch(/^DIFFERS +placement\/recorded\.json: .*: \d differ/m);
      expect(status).toBe(1);
      expect(readFileSync(join(folder, 'placement/recorded.json'), 'utf8')).toContain(wrong);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  it('is written again', () => {
    const folder = tampered('placement/recorded.json', PLACES, wrong);
    try {
      expect(run('--only', 'placement', '--folder', folder).output).toMatch(
        /^written +placement\/recorded\.json/m,
      );
      const committed = readFileSync(join(ROOT, 'fixtures/placement/recorded.json'), 'utf8');
      expect(JSON.parse(committed)).toHaveProperty('rows');
      expect(run('--check', '--only', 'placement', '--folder', folder)).toMatchObject({
        status: 0,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

it('bad arguments are refused', () => {
  expect(run('--nope')).toMatchObject({ status: 64 });
});
