// Installs what `npm start` and `npm test` need and this machine lacks. Plain Node: it runs before any package exists.
//
//     node scripts/setup.mjs --for start|test
//
// Exit status: 0 all is there; 64 bad arguments; 69 something is missing and cannot be installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import pythons from './pythons.cjs';

const ROOT = join(import.meta.dirname, '..');
/** EX_USAGE and EX_UNAVAILABLE of sysexits.h. */
const USAGE = 64;
const UNAVAILABLE = 69;

/** Programs of the system that a plain user's PATH may not have. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/**
 * What must be there, for which command, and its packages by package manager. A module must be one
 * that the same Python imports as the others.
 */
const NEEDS = [
  {
    what: 'memcached',
    program: 'memcached',
    for: ['start', 'test'],
    packages: { 'apt-get': 'memcached', dnf: 'memcached', apk: 'memcached', brew: 'memcached' },
  },
  {
    what: 'python-memcached',
    module: 'memcache',
    for: ['start', 'test'],
    packages: { 'apt-get': 'python3-memcache', dnf: 'python3-memcached' },
  },
  {
    what: 'pylibmc',
    module: 'pylibmc',
    for: ['test'],
    packages: { 'apt-get': 'python3-pylibmc', dnf: 'python3-pylibmc', apk: 'py3-pylibmc' },
  },
  {
    what: 'pymemcache',
    module: 'pymemcache',
    for: ['test'],
    packages: { 'apt-get': 'python3-pymemcache', dnf: 'python3-pymemcache', apk: 'py3-pymemcache' },
  },
  {
    what: 'Django',
    module: 'django',
    for: ['test'],
    packages: { 'apt-get': 'python3-django', dnf: 'python3-django', apk: 'py3-django' },
  },
  {
    what: 'twemproxy',
    program: 'nutcracker',
    for: ['test'],
    packages: { 'apt-get': 'nutcracker' },
  },
  {
    what: 'OpenSSL',
    program: 'openssl',
    for: ['test'],
    packages: { 'apt-get': 'openssl', dnf: 'openssl', apk: 'openssl', brew: 'openssl' },
  },
  {
    what: 'the users of SASL',
    program: 'saslpasswd2',
    for: ['test'],
    packages: {
      'apt-get': ['sasl2-bin', 'libsasl2-modules'],
      dnf: ['cyrus-sasl', 'cyrus-sasl-plain', 'cyrus-sasl-scram'],
      apk: ['cyrus-sasl', 'cyrus-sasl-scram'],
    },
  },
];

/** Package managers, in the order in which they are looked for. */
const MANAGERS = [
  {
    program: 'apt-get',
    needsRoot: true,
    refresh: ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'update', '-q'],
    install: ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-q'],
  },
  { program: 'dnf', needsRoot: true, install: ['dnf', 'install', '-y'] },
  { program: 'apk', needsRoot: true, install: ['apk', 'add'] },
  { program: 'brew', needsRoot: false, install: ['brew', 'install'] },
];

function find(program, folders = (process.env.PATH ?? '').split(delimiter)) {
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function has(program) {
  return find(program) !== undefined || find(program, SYSTEM_FOLDERS) !== undefined;
}

/** The needs of a command that this machine does not meet. */
function missingNeeds(command) {
  const needs = NEEDS.filter((need) => need.for.includes(command));
  const modules = needs.flatMap((need) => need.module ?? []);
  const { missing } = pythons.findPython(modules);
  return needs.filter((need) =>
    need.program === undefined ? missing.includes(need.module) : !has(need.program),
  );
}

/** Runs a command, its output going to ours; whether it succeeded. */
function run([program, ...args]) {
  console.error(`> ${[program, ...args].join(' ')}`);
  return spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2] }).status === 0;
}

/** Whether node_modules holds what the lockfile says: npm keeps a lockfile of what it installed. */
function packagesMatch() {
  const installed = readPackages(join(ROOT, 'node_modules', '.package-lock.json'));
  const wanted = readPackages(join(ROOT, 'package-lock.json'));
  if (installed === undefined || wanted === undefined) return false;
  const isSame = (path) =>
    installed[path] === undefined
      ? wanted[path].optional === true // for another platform
      : installed[path].version === wanted[path].version &&
        installed[path].integrity === wanted[path].integrity &&
        existsSync(join(ROOT, path, 'package.json'));
  return Object.keys(wanted).every((path) => path === '' || isSame(path));
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined; // missing or cut short: install again
  }
}

function installPackages() {
  if (packagesMatch() || run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'])) return;
  fail(['The npm packages could not be installed: see above. The command was `npm ci`.']);
}

function installNeeds(command) {
  const missing = missingNeeds(command);
  if (missing.length === 0) return;
  const manager = MANAGERS.find(({ program }) => find(program) !== undefined);
  const packages = missing.flatMap((need) => need.packages[manager?.program] ?? []);
  const become = manager === undefined ? undefined : rightsFor(manager);
  if (packages.length > 0 && become !== undefined) {
    // Old package lists can still be good enough.
    if (manager.refresh !== undefined) run([...become, ...manager.refresh]);
    run([...become, ...manager.install, ...packages]);
  }
  const still = missingNeeds(command);
  if (still.length > 0) fail(advice(still, manager, become));
}

/** What must stand before a command to run it with the rights to install; undefined without rights. */
function rightsFor({ needsRoot }) {
  if (!needsRoot || process.getuid?.() === 0) return [];
  const canSudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return canSudo ? ['sudo', '-n'] : undefined;
}

/** What is missing, why, and the commands that install it. */
function advice(missing, manager, become) {
  const packaged = missing.filter((need) => need.packages[manager?.program] !== undefined);
  const others = missing.filter((need) => !packaged.includes(need));
  const modules = others.filter((need) => need.module !== undefined);
  const programs = others.filter((need) => need.program !== undefined);
  const names = (needs) => needs.map((need) => need.what).join(', ');
  return [
    `Missing: ${names(missing)}.`,
    ...(manager === undefined ? [`No package manager found (${knownManagers()}).`] : []),
    ...(packaged.length === 0
      ? []
      : [
          become === undefined
            ? 'Installing needs root, and sudo asks for a password here. Run:'
            : 'Installing failed (see above). The command is:',
          `    ${manager.needsRoot ? 'sudo ' : ''}${installCommand(manager, packaged)}`,
        ]),
    ...(modules.length === 0
      ? []
      : [
          'Install these for a Python 3 on your PATH:',
          `    python3 -m pip install ${modules.map((need) => need.what).join(' ')}`,
        ]),
    ...(programs.length === 0 ? [] : [`Install and put on your PATH: ${names(programs)}.`]),
  ];
}

function knownManagers() {
  return MANAGERS.map(({ program }) => program).join(', ');
}

function installCommand(manager, needs) {
  const words = manager.install.slice(manager.install.indexOf(manager.program));
  return [...words, ...needs.flatMap((need) => need.packages[manager.program])].join(' ');
}

function fail(lines) {
  console.error(`\n${lines.join('\n')}\nThen run this again.`);
  process.exit(UNAVAILABLE);
}

function commandOf() {
  try {
    const { values } = parseArgs({ options: { for: { type: 'string' } } });
    if (NEEDS.some((need) => need.for.includes(values.for))) return values.for;
  } catch {
    // an unknown option: the same answer
  }
  console.error('usage: node scripts/setup.mjs --for start|test');
  process.exit(USAGE);
}

const command = commandOf();
installPackages();
installNeeds(command);
