// Builds dist/: JavaScript without comments, and the declarations, with them, that the package's entries lead to.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = process.cwd();
const DIST = join(ROOT, 'dist');
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

function compile() {
  rmSync(DIST, { recursive: true, force: true });
  const args = [TSC, '-p', join(ROOT, 'tsconfig.build.json')];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Comments are half of the JavaScript, and editors show those of the declarations. */
function withoutComments(javascript) {
  const { ESNext } = ts.ModuleKind;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ESNext, removeComments: true };
  return ts.transpileModule(javascript, { compilerOptions }).outputText;
}

/** The declarations that a program can come to from the package's entries. */
function reachableDeclarations() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const found = new Set();
  const follow = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { fileName } of ts.preProcessFile(readFileSync(path, 'utf8')).importedFiles)
      if (fileName.startsWith('.')) follow(declarationOf(resolve(dirname(path), fileName)));
  };
  for (const { types } of Object.values(exports)) if (types) follow(join(ROOT, types));
  return found;
}

function declarationOf(module) {
  const file = `${module}.d.ts`;
  return existsSync(file) ? file : join(module, 'index.d.ts');
}

compile();
const reachable = reachableDeclarations();
for (const path of readdirSync(DIST, { recursive: true }).map((name) => join(DIST, name))) {
  if (path.endsWith('.js')) writeFileSync(path, withoutComments(readFileSync(path, 'utf8')));
  else if (path.endsWith('.d.ts') && !reachable.has(path)) rmSync(path);
}
