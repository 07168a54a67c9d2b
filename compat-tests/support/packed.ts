// The package as users get it: built from a copy of the work tree, packed, installed into an empty folder, offline.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** The development dependencies of the work tree. */
export const MODULES = join(ROOT, 'node_modules');

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

/** The part of `npm pack --json` that is read here. */
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The package's own package.json. */
export const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** How a program of the consumer ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder with the built copy (`stage`), the tarball, and a project that has installed it (`consumer`). */
export class Installed {
  readonly stage: string;
  readonly consumer: string;
  readonly packed: Packed;
  readonly tarball: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'package-'));

  /** `files`: a folder whose files the consumer has beside the package. */
  constructor(files?: string) {
    this.stage = join(this.#folder, 'stage');
    this.consumer = join(this.#folder, 'consumer');
    this.#build();
    this.packed = this.#pack(this.stage);
    this.tarball = join(this.#folder, this.packed.filename);
    this.#install(files);
  }

  /** Runs a program that the consumer has installed, or a script of it in plain Node. */
  run(program: string, ...args: readonly string[]): Ended {
    const isScript = /\.[cm]js$/.test(program);
    const path = isScript ? process.execPath : join(this.consumer, 'node_modules', '.bin', program);
    const given = isScript ? [program, ...args] : args;
    const { status, stdout, stderr } = spawnSync(path, given, { cwd: this.consumer });
    return { code: status, out: stdout.toString(), err: stderr.toString() };
  }

  /** Runs a program of a development dependency; its output, whether or not it succeeded. */
  tool(name: string, args: readonly string[], cwd = this.stage): { ok: boolean; says: string } {
    const { status, stdout, stderr } = spawnSync(join(MODULES, '.bin', name), args, { cwd });
    return { ok: status === 0, says: `${stdout.toString()}${stderr.toString()}` };
  }

  /** Compiles TypeScript files of the consumer against the installed package, strictly; '' or the complaints. */
  compile(files: readonly string[], options: Readonly<Record<string, unknown>>): string {
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
    const node = { target: 'es2022', types: ['node'], typeRoots: [join(MODULES, '@types')] };
    const compilerOptions = { ...strict, ...node, ...options };
    writeFileSync(join(this.consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const { ok, says } = this.tool('tsc', ['-p', '.'], this.consumer);
    return ok ? '' : says;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A copy, so that a build in the work tree is neither used nor disturbed. */
  #build(): void {
    for (const name of STAGED) {
      if (existsSync(join(ROOT, name)))
        cpSync(join(ROOT, name), join(this.stage, name), { recursive: true });
    }
    symlinkSync(MODULES, join(this.stage, 'node_modules'));
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: this.stage, stdio: 'pipe' });
  }

  #pack(from: string): Packed {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', this.#folder, from];
    const stdio = ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[];
    const output = execFileSync('npm', args, { cwd: this.#folder, stdio });
    const [result] = JSON.parse(output.toString()) as Packed[];
    if (result === undefined) throw new Error('npm packed nothing');
    return result;
  }

  /** The dependencies are packed from the work tree's: no registry is asked. */
  #install(files: string | undefined): void {
    const dependencies = Object.keys(manifest.dependencies).map((name) =>
      join(this.#folder, this.#pack(join(MODULES, name)).filename),
    );
    if (files === undefined) mkdirSync(this.consumer);
    else cpSync(files, this.consumer, { recursive: true });
    const about = JSON.stringify({ name: 'consumer', private: true });
    writeFileSync(join(this.consumer, 'package.json'), about);
    const quiet = ['--offline', '--no-audit', '--no-fund'];
    const args = ['install', ...quiet, this.tarball, ...dependencies];
    execFileSync('npm', args, { cwd: this.consumer, stdio: 'pipe' });
  }
}
