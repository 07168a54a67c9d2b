// The Python process of the demonstration (partner.py): one JSON request a line, one reply a line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pythons from '../pythons.cjs';

const SCRIPT = join(import.meta.dirname, 'partner.py');

export class Partner {
  #child;
  #lines;

  static async start() {
    const { path, missing } = pythons.findPython(['memcache']);
    if (missing.length > 0) throw new Error('no Python has python-memcached');
    const partner = new Partner(path);
    const { python, release } = await partner.ask('hello', {});
    return Object.assign(partner, { version: python, release });
  }

  constructor(path) {
    const env = { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' };
    this.#child = spawn(path, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** One request at a time: callers await each reply. */
  async ask(op, request) {
    this.#child.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the Python process ended');
    const reply = JSON.parse(value);
    if (reply.error !== undefined) throw new Error(`Python: ${reply.error}`);
    return reply;
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}
