// The package as users get it: what is in it, what its entries load and give, its command, its types.
import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Memcached } from './support';
import { Installed, manifest } from './support/packed';

const FILES = join(__dirname, 'package');

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
const SLOW_MS = 300_000;

/** Every name the package can be loaded by: memcache-py, memcache-py/pickle, ... */
const ENTRIES = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => posix.join(manifest.name, path));

/** What each client is made of, beside its own folder. */
const ENGINE = ['errors.js', 'limits.js', 'clients/shared/', 'engine/', 'net/', 'wire/'];
const VALUES = ['placement/', 'value/'];

/** The files and folders of the package that an entry loads, each of them needed; all others are not. */
const LOADS: Readonly<Record<string, readonly string[]>> = {
  'memcache-py': ['index.js', 'clients/python-memcached/', ...ENGINE, ...VALUES],
  'memcache-py/cmemcache': ['clients/cmemcache/', ...ENGINE, ...VALUES],
  'memcache-py/pylibmc': ['clients/pylibmc/', ...ENGINE, ...VALUES],
  'memcache-py/pymemcache': ['clients/pymemcache/', ...ENGINE, ...VALUES],
  // It stores text alone: no pickles, but Python's way to show a text.
  'memcache-py/memcached2': [
    'clients/memcached2/',
    'placement/crc32.js',
    'value/pickle/quoted.js',
    ...ENGINE,
  ],
  // Each backend is one of these clients.
  'memcache-py/django': [
    'django/',
    'clients/python-memcached/',
    'clients/pylibmc/',
    'clients/pymemcache/',
    ...ENGINE,
    ...VALUES,
  ],
  // These are given their client, and load none.
  'memcache-py/patterns': ['patterns/', 'errors.js'],
  'memcache-py/keyv': ['adapters/keyv.js', 'errors.js'],
  'memcache-py/express-session': [
    'adapters/express-session.js',
    'adapters/django-cookie.js',
    'adapters/session-values.js',
    'django/session-key.js',
  ],
  'memcache-py/pickle': ['value/pickle/', 'errors.js'],
  // The command before it knows what it is asked for.
  'cli/main.js': [
    'cli/main.js',
    'cli/errors.js',
    'cli/options.js',
    'cli/terminal.js',
    'cli/text.js',
    'errors.js',
  ],
};

/** Entries of the package that read the binary protocol: no other has it. */
const BINARY = ['memcache-py/pylibmc', 'memcache-py/django'];

let installed: Installed;
beforeAll(() => {
  installed = new Installed(FILES);
}, SLOW_MS);
afterAll(() => installed.remove());

/** Runs a script of the consumer in plain Node; what it prints, as JSON. */
function run(script: string, ...args: string[]): unknown {
  const { code, out, err } = installed.run(script, ...args);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
}

describe('the tarball', () => {
  it('holds what users need, and nothing else', () => {
    const paths = installed.packed.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(EXPECTED));
    const strange = paths.filter(
      (path) => NEVER.test(path) || !ALLOWED.some((allowed) => allowed.test(path)),
    );
    expect(strange).toEqual([]);
    expect(installed.packed.size).toBeLessThan(MAX_PACKED_BYTES);
  });

  it('satisfies publint', () => {
    const { ok, says } = installed.tool('publint', ['run', '--strict', installed.tarball]);
    expect(says).toContain('All good!');
    expect(ok).toBe(true);
  });

  it(
    'has types that TypeScript resolves as Node does',
    () => {
      const args = [installed.tarball, '--format', 'json', '--profile', 'node16'];
      const { says } = installed.tool('attw', args);
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
});

describe('what an entry loads', () => {
  it('is known of every entry', () => {
    expect(Object.keys(LOADS)).toEqual(expect.arrayContaining(ENTRIES));
  });

  it.each(Object.entries(LOADS))('%s: what it needs, and nothing else', (entry, needed) => {
    const { files, sockets } = run('modules.cjs', entry) as {
      files: string[];
      sockets: string[];
    };
    const isIn = (file: string) => (place: string) =>
      place.endsWith('/') ? file.startsWith(place) : file === place;
    expect(files.filter((file) => !needed.some(isIn(file)))).toEqual([]);
    expect(needed.filter((place) => !files.some((file) => isIn(file)(place)))).toEqual([]);
    expect(sockets.length > 0).toBe(needed.includes('net/'));
    expect(files.includes('wire/binary.js')).toBe(BINARY.includes(entry));
  });
});

describe('the command', () => {
  it('tells its version', () => {
    const out = `memcache-py ${manifest.version}\n`;
    expect(installed.run('memcache-py', '--version')).toEqual({ code: 0, out, err: '' });
  });

  it('stores and reads, and says in its exit code what it found', async () => {
    await using server = await Memcached.start();
    const command = (...args: string[]) =>
      installed.run('memcache-py', ...args, '--servers', server.name);
    expect(command('set', 'k', 'a value')).toMatchObject({ code: 0, err: '' });
    expect(command('get', 'k', '--raw')).toEqual({ code: 0, out: 'a value', err: '' });
    expect(command('get', 'other', '--raw')).toMatchObject({ code: 1, out: '' });
    expect(command('no-such-command')).toMatchObject({ code: 2, out: '' });
  });
});

describe('the types', () => {
  const PROGRAMS = readdirSync(join(FILES, 'types')).map((name) => `types/${name}`);
  const isModule = (name: string) => name.endsWith('.mts');

  it('are tested of every entry', () => {
    const tested = PROGRAMS.map((name) => posix.basename(name).replace(/\..*/, ''));
    const names = ENTRIES.map((entry) => posix.relative(manifest.name, entry));
    expect(tested).toEqual(expect.arrayContaining(names.map((name) => name || 'python-memcached')));
  });

  it.each([
    ['node16', 'node16', PROGRAMS],
    ['esnext', 'bundler', PROGRAMS.filter(isModule)],
  ])(
    'say what every method takes and gives, with module %s and resolution %s',
    (module, moduleResolution, files) => {
      const options = { module, moduleResolution, noEmit: true };
      expect(installed.compile(files, options)).toBe('');
    },
    SLOW_MS,
  );
});
