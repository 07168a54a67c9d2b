// Users that a memcached knows: a file of passwords for the text protocol, a SASL database for the binary one.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { MemcachedOptions } from '../support';

/** Where saslpasswd2 is, which a plain user's PATH may not have. */
const PATH = [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(delimiter);

export interface User {
  readonly username: string;
  readonly password: string;
}

export class Users {
  readonly #folder = mkdtempSync(join(tmpdir(), 'users-'));

  /** A server that knows these users in the text protocol; again: others, from its next start on. */
  text(...users: readonly User[]): MemcachedOptions {
    const file = join(this.#folder, 'passwords');
    writeFileSync(file, users.map((each) => `${each.username}:${each.password}\n`).join(''));
    return { args: ['-Y', file] };
  }

  /** A server that knows them by SASL, and offers these mechanisms. */
  sasl(mechanisms: string, ...users: readonly User[]): MemcachedOptions {
    const database = join(this.#folder, 'sasldb');
    const settings = {
      mech_list: mechanisms,
      pwcheck_method: 'auxprop',
      auxprop_plugin: 'sasldb',
      sasldb_path: database,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}: ${value}\n`);
    writeFileSync(join(this.#folder, 'memcached.conf'), lines.join(''));
    for (const { username, password } of users) {
      const args = ['-p', '-c', '-a', 'memcached', '-f', database, '-u', hostname(), username];
      execFileSync('saslpasswd2', args, { input: password, env: { ...process.env, PATH } });
    }
    return { args: ['-S'], env: { SASL_CONF_PATH: this.#folder } };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
