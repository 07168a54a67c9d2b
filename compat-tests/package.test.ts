// The package as users get it: packed, installed into an empty folder, loaded by name both ways, its types resolved.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { Memcached } from './support';

const ROOT = join(__dirname, '..');
const MODULES = join(ROOT, 'node_modules');

/** What packing and building need, and nothing else of the work tree. */
const STAGED = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'lib',
  'scripts',
  'tsconfig.json',
  'tsconfig.build.json',
];

/** What a user may find in the package. */
const ALLOWED = [/^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/, /^dist\/.*\.(js|d\.ts)$/];
const NEVER = /\.test\.|(^|\/)testing\/|(^|\/)fixtures\//;
const EXPECTED = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
];

/** What an install may cost. */
const MAX_PACKED_BYTES = 300_000;

/** Compilers and npm take their time, more so beside other tests. */
const SLOW_MS = 120_000;

/** The part of `npm pack --json` that is read here. */
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Every name the package can be loaded by: memcache-py, memcache-py/pickle, ... */
const ENTRIES = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => posix.join(manifest.name, path));

const folder = mkdtempSync(join(tmpdir(), 'package-'));
const stage = join(folder, 'stage');
const consumer = join(folder, 'consumer');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let packed: Packed;
let tarball: string;

/** Runs a program of a development dependency; its output, whether or not it succeeded. */
function runTool(
  name: string,
  args: readonly string[],
  cwd = stage,
): { ok: boolean; says: string } {
  const { status, stdout, stderr } = spawnSync(join(MODULES, '.bin', name), args, { cwd });
  return { ok: status === 0, says: `${stdout.toString()}${stderr.toString()}` };
}

function pack(from: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, from];
  const output = execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const [result] = JSON.parse(output.toString()) as Packed[];
  if (result === undefined) throw new Error('npm packed nothing');
  return result;
}

/** Builds and packs a copy, so that a build in the work tree is neither used nor disturbed. */
function buildAndPack(): void {
  for (const name of STAGED) {
    if (existsSync(join(ROOT, name)))
      cpSync(join(ROOT, name), join(stage, name), { recursive: true });
  }
  symlinkSync(MODULES, join(stage, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: stage, stdio: 'pipe' });
  packed = pack(stage);
  tarball = join(folder, packed.filename);
}

/** Installs the tarball and its dependencies without a registry. */
function install(): void {
  const dependencies = Object.keys(manifest.dependencies).map((name) =>
    join(folder, pack(join(MODULES, name)).filename),
  );
  cpSync(join(__dirname, 'package'), consumer, { recursive: true });
  const args = ['install', '--offline', '--no-audit', '--no-fund', tarball, ...dependencies];
  execFileSync('npm', args, { cwd: consumer, stdio: 'pipe' });
}

beforeAll(() => {
  buildAndPack();
  install();
}, SLOW_MS);

/** Runs a script of the consumer in plain Node; what it prints, as JSON. */
function run(script: string, ...args: string[]): unknown {
  const output = execFileSync(process.execPath, [script, ...args], { cwd: consumer });
  return JSON.parse(output.toString());
}

describe('the tarball', () => {
  it('holds what users need, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(EXPECTED));
    const strange = paths.filter(
      (path) => NEVER.test(path) || !ALLOWED.some((allowed) => allowed.test(path)),
    );
    expect(strange).toEqual([]);
    expect(packed.size).toBeLessThan(MAX_PACKED_BYTES);
  });

  it('satisfies publint', () => {
    const { ok, says } = runTool('publint', ['run', '--strict', tarball]);
    expect(says).toContain('All good!');
    expect(ok).toBe(true);
  });

  it(
    'has types that TypeScript resolves as Node does',
    () => {
      const args = [tarball, '--format', 'json', '--profile', 'node16'];
      const { says } = runTool('attw', args);
      const { analysis } = JSON.parse(says) as {
        analysis: { types: unknown; problems: { resolutionKind: string }[] };
      };
      expect(analysis.types).toEqual({ kind: 'included' });
      // The oldest resolution knows no sub-paths; Node itself has not used it since version 12.
      const problems = analysis.problems.filter(
        ({ resolutionKind }) => resolutionKind !== 'node10',
      );
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );
});

describe('the installed package', () => {
  it.each(ENTRIES)('%s gives the same names to require and to import', (entry) => {
    const { required, imported } = run('names.mjs', entry) as {
      required: string[];
      imported: string[];
    };
    expect(required.length).toBeGreaterThan(0);
    // Node finds the names of a CommonJS module by reading it: each must be there.
    expect(imported).toEqual(expect.arrayContaining(required));
  });

  it.each(ENTRIES)('%s is one copy, however it is loaded', (entry) => {
    expect(run('copies.mjs', entry)).toEqual({ different: [] });
  });

  it.each(['use.cjs', 'use.mjs'])('%s stores and reads', async (script) => {
    await using server = await Memcached.start();
    expect(run(script, server.name)).toEqual({
      stored: true,
      read: { a: [1, 'b'] },
      // What Python's pickle.dumps((1, 2), 2) gives.
      pickle: '80024b014b028671002e',
    });
  });

  it('loads no code for sockets with the pickle module', () => {
    expect(run('modules.cjs', `${manifest.name}/pickle`)).toEqual({ sockets: [] });
  });
});

describe('the types', () => {
  const CONSUMERS = [
    ['node16', 'node16', ['types.mts', 'types.cts']],
    ['esnext', 'bundler', ['types.mts']],
  ] as const;

  it.each(CONSUMERS)(
    'resolve with module %s and resolution %s',
    (module, moduleResolution, files) => {
      const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
      const node = { target: 'es2022', types: ['node'], typeRoots: [join(MODULES, '@types')] };
      const compilerOptions = { module, moduleResolution, ...strict, ...node, noEmit: true };
      writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      expect(runTool('tsc', ['-p', '.'], consumer)).toEqual({ ok: true, says: '' });
    },
    SLOW_MS,
  );
});
