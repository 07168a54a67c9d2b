// SCRAM (RFC 5802, RFC 7677) from the client's side: messages as text, the password as a salted hash.

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AuthError } from '../errors';
import { MAX_SCRAM_ROUNDS, MIN_SCRAM_ROUNDS } from '../limits';
import type { Credentials } from './login';

export type ScramHash = 'sha1' | 'sha256';

/** No channel binding, and no other user to act for. */
const GS2_HEADER = 'n,,';
/** The same in base64, as the last message repeats it. */
const GS2_BINDING = 'biws';
const NONCE_BYTES = 24;

// r=<nonce>,s=<salt in base64>,i=<rounds>[,<extensions>]
const SERVER_FIRST =
  /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9]\d{0,9})(?:,[\x20-\x7e]*)?$/;
// v=<signature in base64>[,<extensions>]
const SERVER_FINAL = /^v=([A-Za-z0-9+/]+={0,2})(?:,.*)?$/;

const derive = promisify(pbkdf2);

/** One exchange: `first`, then `answer` to the server's first message, then `verify` its last. */
export class Scram {
  /** What the client says first. */
  readonly first: string;
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #nonce: string;
  readonly #bare: string;
  /** What the server must prove in the end; empty before `answer`. */
  #signature: Buffer = Buffer.alloc(0);

  /** @param nonce printable ASCII without a comma; a new one for each exchange */
  constructor(hash: ScramHash, { username, password }: Credentials, nonce = newNonce()) {
    this.#hash = hash;
    this.#password = password;
    this.#nonce = nonce;
    // Names and passwords go as their utf-8, unprepared, as libsasl sends them.
    const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#bare = `n=${name},r=${nonce}`;
    this.first = GS2_HEADER + this.#bare;
  }

  /**
   * The proof of the password.
   * @param challenge the server's first message
   * @throws {AuthError} it is malformed, belongs to another exchange, or wants a number of rounds that is not safe
   */
  async answer(challenge: string): Promise<string> {
    const [, nonce = '', salt = '', rounds = ''] = SERVER_FIRST.exec(challenge) ?? [];
    if (nonce.length <= this.#nonce.length || !nonce.startsWith(this.#nonce)) {
      throw new AuthError('the server’s SCRAM challenge is malformed');
    }
    const count = Number(rounds);
    if (count < MIN_SCRAM_ROUNDS || count > MAX_SCRAM_ROUNDS) {
      const bounds = `${MIN_SCRAM_ROUNDS} to ${MAX_SCRAM_ROUNDS}`;
      throw new AuthError(`the server wants ${count} rounds of SCRAM, and ${bounds} are accepted`);
    }
    const final = `c=${GS2_BINDING},r=${nonce}`;
    const said = `${this.#bare},${challenge},${final}`;
    const salted = await this.#salted(Buffer.from(salt, 'base64'), count);
    const key = this.#sign(salted, 'Client Key');
    const stored = createHash(this.#hash).update(key).digest();
    const proof = xor(key, this.#sign(stored, said));
    this.#signature = this.#sign(this.#sign(salted, 'Server Key'), said);
    return `${final},p=${proof.toString('base64')}`;
  }

  /**
   * Checks that the server knows the password too.
   * @param message the server's last one
   * @throws {AuthError} it does not
   */
  verify(message: string): void {
    const [, signature = ''] = SERVER_FINAL.exec(message) ?? [];
    const given = Buffer.from(signature, 'base64');
    const known = this.#signature;
    if (known.length === 0 || given.length !== known.length || !timingSafeEqual(given, known)) {
      throw new AuthError('the server did not prove that it knows the password');
    }
  }

  #salted(salt: Buffer, rounds: number): Promise<Buffer> {
    const length = createHash(this.#hash).digest().length;
    return derive(Buffer.from(this.#password, 'utf8'), salt, rounds, length, this.#hash);
  }

  #sign(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text, 'utf8').digest();
  }
}

function newNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64');
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, i) => byte ^ (other[i] ?? 0)));
}
