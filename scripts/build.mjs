// Builds dist/: small JavaScript, and the declarations that the package's entries lead to.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { minify } from 'terser';

const ROOT = process.cwd();
const DIST = join(ROOT, 'dist');
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Names that messages show stay, each statement has a line, and Node can still read what a file exports. */
const SMALL = {
  ecma: 2022,
  toplevel: true,
  keep_classnames: true,
  compress: { passes: 2, booleans: false },
  mangle: { reserved: ['__exportStar'] },
  format: { semicolons: false },
};

function compile() {
  rmSync(DIST, { recursive: true, force: true });
  const args = [TSC, '-p', join(ROOT, 'tsconfig.build.json')];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * How the compiler passes on what another module exports: by a getter, which costs its users a call each time. No module
 * requires itself by others, nor changes what it exports, so that the value will do.
 */
const GETTER =
  /Object\.defineProperty\(exports, "(\w+)", { enumerable: true, get: function \(\) { return ([\w.]+); } }\);/g;

async function shrink(path) {
  const javascript = readFileSync(path, 'utf8').replaceAll(GETTER, 'exports.$1 = $2;');
  writeFileSync(path, (await minify(javascript, SMALL)).code ?? '');
}

/** The files that `imports` finds, beginning with the package's entries. */
function closure(imports) {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const found = new Set();
  const follow = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const [, name] of readFileSync(path, 'utf8').matchAll(imports))
      follow(declarationOf(resolve(dirname(path), name)));
  };
  for (const { types } of Object.values(exports)) if (types) follow(join(ROOT, types));
  return found;
}

function declarationOf(module) {
  const file = `${module}.d.ts`;
  return existsSync(file) ? file : join(module, 'index.d.ts');
}

/** What users cannot name needs no comments, and nobody reads indentation. */
function prune(path, reachable, named) {
  if (!reachable.has(path)) return rmSync(path);
  const text = readFileSync(path, 'utf8').replaceAll(/^ +/gm, '');
  writeFileSync(path, named.has(path) ? text : text.replaceAll(/^\/\*\*[^]*?\*\/\n/gm, ''));
}

compile();
const reachable = closure(/(?:from|import\() ?["'](\.[^"']*)["']/g);
const named = closure(/^export .*from ["'](\.[^"']*)["']/gm);
for (const path of readdirSync(DIST, { recursive: true }).map((name) => join(DIST, name))) {
  if (path.endsWith('.js')) await shrink(path);
  else if (path.endsWith('.d.ts')) prune(path, reachable, named);
}
