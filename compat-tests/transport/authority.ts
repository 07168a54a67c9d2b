// Certificate authorities of the tests' own, made by openssl: good certificates, and bad ones of every kind.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key, as files and as what they hold. */
export interface Identity {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Request {
  /** As openssl writes it; default this machine's loopback, by name and address. */
  readonly subjectAltName?: string;
  /** From now; negative: over long ago. */
  readonly days?: number;
}

const LOOPBACK = 'DNS:localhost,IP:127.0.0.1';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'authority-'));
  #issued = 0;
  /** What signs, and what a client must trust. */
  readonly root: Identity;

  constructor(name = 'test authority') {
    this.root = this.#identity('root');
    const { certFile, keyFile } = this.root;
    const subject = ['-subj', `/CN=${name}`, '-days', '2'];
    this.#openssl('req', '-x509', ...NEW_KEY, ...subject, '-keyout', keyFile, '-out', certFile);
    this.root = this.#read(this.root);
  }

  /** Signs a new certificate. */
  issue({ subjectAltName = LOOPBACK, days = 2 }: Request = {}): Identity {
    const identity = this.#identity(`issued${++this.#issued}`);
    const { certFile, keyFile } = identity;
    const request = `${certFile}.csr`;
    const extensions = `${certFile}.ext`;
    writeFileSync(extensions, `subjectAltName=${subjectAltName}\n`);
    this.#openssl('req', ...NEW_KEY, '-subj', '/CN=memcached', '-keyout', keyFile, '-out', request);
    const ca = ['-CA', this.root.certFile, '-CAkey', this.root.keyFile, '-CAcreateserial'];
    const end = ['-days', String(days), '-extfile', extensions, '-out', certFile];
    this.#openssl('x509', '-req', '-in', request, ...ca, ...end);
    return this.#read(identity);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #identity(name: string): Identity {
    const file = join(this.#folder, name);
    return { certFile: `${file}.crt`, keyFile: `${file}.key`, cert: '', key: '' };
  }

  #read({ certFile, keyFile }: Identity): Identity {
    const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
    return { certFile, keyFile, cert, key };
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }
}

/** memcached's arguments for TLS with that certificate. */
export function tlsArgs({ certFile, keyFile }: Identity, ...more: string[]): string[] {
  return ['-Z', '-o', [`ssl_chain_cert=${certFile},ssl_key=${keyFile}`, ...more].join(',')];
}
