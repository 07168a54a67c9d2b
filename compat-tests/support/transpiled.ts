// The library as plain JavaScript in a temporary folder, for tests that need it in a process of its own.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

const LIB = join(__dirname, '..', '..', 'lib');

/** The sources as they are now, whatever was built before. */
export class Transpiled {
  readonly #folder = mkdtempSync(join(tmpdir(), 'memcache-py-'));

  constructor() {
    cpSync(LIB, this.#folder, {
      recursive: true,
      filter: (path) => !/\.test\.ts$|testing$/.test(path),
    });
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    for (const name of readdirSync(this.#folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
      const path = join(this.#folder, name);
      writeFileSync(path.replace(/ts$/, 'js'), ts.transpile(readFileSync(path, 'utf8'), options));
    }
  }

  /** What to `require`. */
  get path(): string {
    return join(this.#folder, 'index.js');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
