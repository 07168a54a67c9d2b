// The README, followed word by word by a new user: an empty folder, the packed tarball, a private memcached.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Memcached } from './support';
import { Installed, manifest } from './support/packed';

/** Building, packing and installing, beside other tests. */
const SLOW_MS = 300_000;

/** The server that the README speaks of. */
const ADDRESS = '127.0.0.1:11211';

const README = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');

/** The blocks of a language, in order. */
function blocksOf(language: string): string[] {
  const blocks = README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return Array.from(blocks, ([, tag, text]) => (tag === language ? (text ?? '') : '')).filter(
    Boolean,
  );
}

const PROGRAMS = blocksOf('ts').map((code, at) => [`example-${at + 1}`, code] as const);

/** What a user of the package types, in a block or in a sentence; npm's commands are for the repository. */
const COMMANDS = Array.from(
  README.matchAll(/(?:^|`)(?:\$ )?(npx memcache-py .*?)(?:`|\s+#|$)/gm),
).map(([, line]) => line ?? '');

let server: Memcached;
let installed: Installed;
beforeAll(async () => {
  server = await Memcached.start();
  installed = new Installed();
  for (const [name, code] of PROGRAMS)
    writeFileSync(join(installed.consumer, `${name}.mts`), code.replaceAll(ADDRESS, server.name));
}, SLOW_MS);
afterAll(async () => {
  installed.remove();
  await server.stop();
});

it(
  'has examples that compile in a strict project',
  () => {
    const options = { module: 'node16', moduleResolution: 'node16', lib: ['es2022', 'dom'] };
    const files = PROGRAMS.map(([name]) => `${name}.mts`);
    expect(files.length).toBeGreaterThan(0);
    expect(installed.compile(files, options)).toBe('');
  },
  SLOW_MS,
);

it('has examples that run to their end, and print what they say', () => {
  for (const [name, code] of PROGRAMS) {
    const { code: exit, out, err } = installed.run(`${name}.mjs`);
    expect({ name, exit, err }).toEqual({ name, exit: 0, err: '' });
    const promised = code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm);
    for (const [, line] of promised) expect(out.split('\n')).toContain(line);
  }
});

it('has commands that run after its examples, and succeed', () => {
  expect(COMMANDS.length).toBeGreaterThan(0);
  for (const line of COMMANDS) {
    // Words as a shell makes them of the README's: no expansions, simple quotes.
    const words = Array.from(line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g), ([, a, b, c]) =>
      (a ?? b ?? c ?? '').replaceAll(ADDRESS, server.name),
    );
    const atServer = words.some((word) => word.includes(server.name))
      ? []
      : ['--servers', server.name];
    const { code, err } = installed.run(manifest.name, ...words.slice(2), ...atServer);
    expect({ line, code, err }).toMatchObject({ line, code: 0 });
  }
});
