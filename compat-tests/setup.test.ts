// The set-up on machines that lack something: what it installs, what it says when it cannot.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython } from '../scripts/pythons.cjs';

const SETUP = join(__dirname, '..', 'scripts', 'setup.mjs');
const INSTALL = 'install -y -q memcached';

/** A folder that is the whole PATH: Node, `env`, a Python with the modules, and what a test adds. */
class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'machine-'));
  readonly #log = join(this.folder, 'log');

  constructor() {
    symlinkSync(process.execPath, join(this.folder, 'node'));
    symlinkSync('/usr/bin/env', join(this.folder, 'env'));
    const { path } = findPython(['memcache', 'pylibmc', 'pymemcache', 'django']);
    this.add('python3', `exec ${path} "$@"`);
  }

  /** A program that is this shell script. */
  add(name: string, script: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** A package manager that notes its arguments, and then runs `script`. */
  addManager(name: string, script: string): void {
    this.add(name, `printf '%s\\n' "$*" >> ${this.#log}\n${script}`);
  }

  get log(): string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').trim().split('\n') : [];
  }

  /** Runs the set-up as root or as a plain user, whoever runs the tests. */
  setUp(command: string, user: 'root' | 'plain' = 'root'): { status: number | null; says: string } {
    const become = `data:text/javascript,process.getuid=()=>${user === 'root' ? 0 : 1000}`;
    const args = ['--import', become, SETUP, '--for', command];
    const { status, stderr } = spawnSync(join(this.folder, 'node'), args, {
      env: { PATH: this.folder, HOME: this.folder },
    });
    return { status, says: stderr.toString() };
  }
}

describe('set-up', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => rmSync(machine.folder, { recursive: true, force: true }));

  it('says nothing and touches nothing when all is there', () => {
    machine.add('memcached', '');
    machine.addManager('apt-get', '');
    expect(machine.setUp('start')).toEqual({ status: 0, says: '' });
    expect(machine.log).toEqual([]);
  });

  it('refreshes the package lists, and installs what is missing', () => {
    const install = `[ "$1" = update ] || { echo '#!/bin/sh' > ${machine.folder}/memcached; }`;
    machine.addManager('apt-get', install);
    expect(machine.setUp('start')).toMatchObject({ status: 0 });
    expect(machine.log).toEqual(['update -q', INSTALL]);
  });

  it('installs by sudo where that asks for no password', () => {
    machine.addManager('sudo', '[ "$1" = -n ] && shift; exec "$@"');
    machine.add('true', 'exit 0');
    machine.add('apt-get', `echo '#!/bin/sh' > ${machine.folder}/memcached`);
    expect(machine.setUp('start', 'plain')).toMatchObject({ status: 0 });
    expect(machine.log).toContain(`-n env DEBIAN_FRONTEND=noninteractive apt-get ${INSTALL}`);
  });

  it('installs from old package lists when they cannot be refreshed', () => {
    const install = `[ "$1" = install ] && echo '#!/bin/sh' > ${machine.folder}/memcached`;
    machine.addManager('apt-get', install);
    expect(machine.setUp('start')).toMatchObject({ status: 0 });
  });

  it('tells which command failed when installing did not help', () => {
    machine.addManager('apt-get', 'echo "no such package" >&2; exit 100');
    const { status, says } = machine.setUp('start');
    expect(status).toBe(69);
    expect(says).toContain('no such package');
    expect(says).toContain('Missing: memcached.');
    expect(says).toContain(`    sudo apt-get ${INSTALL}\n`);
  });

  it('tells what to run when it has no rights', () => {
    machine.addManager('apt-get', '');
    machine.add('sudo', 'echo "a password is required" >&2; exit 1');
    const { status, says } = machine.setUp('start', 'plain');
    expect(says).toContain('Installing needs root');
    expect(says).toContain(`    sudo apt-get ${INSTALL}\n`);
    expect(status).toBe(69);
    expect(machine.log).toEqual([]);
  });

  it('names what is missing where there is no package manager', () => {
    const { status, says } = machine.setUp('test');
    expect(status).toBe(69);
    expect(says).toContain('Missing: memcached,');
    expect(says).toContain('No package manager found (apt-get, dnf, apk, brew)');
  });

  it('refuses arguments that it does not know', () => {
    expect(machine.setUp('lunch')).toMatchObject({ status: 64 });
  });
});
