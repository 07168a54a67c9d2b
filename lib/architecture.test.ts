// Reads every import and name in lib/, and fails where one goes against the arrows of the layout.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import * as ts from 'typescript';

/** `own/` in a row stands for the folder of the client that the file belongs to; `clients/shared/` serves all clients. */
interface Row {
  readonly files: RegExp;
  /** What these files may import: a file of lib/, or a folder when it ends in `/`. */
  readonly may: readonly string[];
  /** What they may import besides, types only. */
  readonly types?: readonly string[];
  /** Pure: computes on values alone, so the only modules of Node are these, and no timers. */
  readonly pure?: readonly string[];
  /** Packages of others. */
  readonly packages?: readonly string[];
}

const BASE = ['errors.ts', 'limits.ts'];
const BELOW_CLIENTS = ['engine/', 'net/', 'wire/', ...BASE];
const ALL_CLIENTS = ['clients/', ...BELOW_CLIENTS, 'value/', 'placement/'];
const BYTES = ['node:buffer', 'node:util'];
const BYTES_AND_SUMS = [...BYTES, 'node:crypto', 'node:zlib'];

/** The arrows: clients, django, cli -> engine -> net -> wire -> errors, limits. The first row that matches holds. */
const ARROWS: readonly Row[] = [
  { files: /^(errors|limits|buffer\.d)\.ts$/, may: BASE, pure: BYTES },
  // The one message that is computed: SCRAM proves a password by hashes.
  { files: /^wire\/scram\.ts$/, may: ['wire/', ...BASE], pure: BYTES_AND_SUMS },
  { files: /^wire\//, may: ['wire/', ...BASE], pure: BYTES },
  // The simulator stands beside the sockets that it replaces, and drives the engine over them.
  { files: /^net\/testing\//, may: BELOW_CLIENTS },
  { files: /^net\//, may: ['net/', 'wire/', ...BASE] },
  // The engine knows what a placement looks like, and never which one it was given.
  { files: /^engine\//, may: BELOW_CLIENTS, types: ['placement/'] },
  { files: /^placement\//, may: ['placement/', ...BASE], pure: BYTES_AND_SUMS },
  {
    files: /^value\//,
    may: ['value/', ...BASE],
    pure: BYTES_AND_SUMS,
    packages: ['pickleparser'],
  },
  {
    // A dialect picks its parts; users see hash functions and values through the client. A serde is a codec that users
    // pick themselves, and the text of values that it leaves alone is Python's.
    files: /^clients\/[^/]+\/(dialect|releases|hash|rendezvous|client|index|serde|text)\.ts$/,
    may: ['own/', 'clients/shared/', ...BELOW_CLIENTS, 'placement/', 'value/'],
  },
  {
    // A test makes the values and the placements that a client should have made.
    files: /^clients\/[^/]+\/(.*\.test\.ts$|testing\/)/,
    may: ['own/', 'clients/shared/', ...BELOW_CLIENTS, 'placement/', 'value/'],
  },
  {
    // Of this library most settings are settings of a placement, and its flags are read by no table of others.
    files: /^clients\/pylibmc\/(behaviors|session|specs|values)\.ts$/,
    may: ['own/', 'clients/shared/', ...BELOW_CLIENTS, 'placement/', 'value/'],
  },
  {
    files: /^clients\/[^/]+\//,
    may: ['own/', 'clients/shared/', ...BELOW_CLIENTS],
    types: ['placement/', 'value/'],
  },
  { files: /^django\//, may: ['django/', ...ALL_CLIENTS] },
  // By shape over any client: they import none.
  { files: /^patterns\//, may: ['patterns/', ...BASE] },
  { files: /^adapters\//, may: ['adapters/', 'django/', ...BASE] },
  { files: /^cli\//, may: ['cli/', 'django/', 'index.ts', ...ALL_CLIENTS] },
  { files: /^index\.ts$/, may: ['clients/python-memcached/', 'value/', ...BASE] },
];

/** Folders with a door to the network. Elsewhere these modules are closed. */
const SOCKET_FOLDER = 'net/';
const SOCKETS = /^node:(net|tls|dns|dgram|http2?|https)(\/|$)/;
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate']);

/** Tests may use what they like of Node and of the packages for development, and the folders named testing. */
const FOR_TESTS = /\.test\.ts$|(^|\/)testing\//;

/** The Python libraries, and where their names may stand in code. Comments may cite them everywhere. */
const NAMES: readonly (readonly [name: RegExp, where: RegExp])[] = [
  [/\bpython-memcached\b/, /^clients\/python-memcached\//],
  // cmemcache_hash is also what python-memcached calls its hash function, and HasherCMemcache python-memcached2.
  [/\bcmemcache\b/, /^clients\/(cmemcache|python-memcached|memcached2)\//],
  [/\bpylibmc\b/, /^clients\/pylibmc\//],
  [/\blibmemcached\b/, /^clients\/pylibmc\//],
  [/\bpymemcache\b/, /^clients\/pymemcache\//],
  [/\bmemcached2\b/, /^clients\/memcached2\//],
];
const NAMES_ANYTHING = /^(index\.ts$|django\/|cli\/)/;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly node: ts.Node;
}

/** The files of lib/ by path, such as `wire/text.ts`. */
type Sources = ReadonlyMap<string, string>;

function readSources(): Sources {
  const paths = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join(posix.sep))
    .filter((path) => /\.[cm]?tsx?$/.test(path));
  return new Map(paths.map((path) => [path, readFileSync(join(__dirname, path), 'utf8')]));
}

/** Everything that breaks a rule, as `lib/<file>:<line>: <what>`. */
function violations(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const at = (node: ts.Node, what: string): string => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      return `lib/${path}:${line + 1}: ${what}`;
    };
    const row = ARROWS.find(({ files }) => files.test(path));
    if (row === undefined && !FOR_TESTS.test(path))
      return [`lib/${path}:1: stands in no row of the arrows`];
    return descendants(source).flatMap((node) =>
      [
        ...importsIn(node).map((each) => judgeImport(path, row, each, sources)),
        judgeName(path, node),
        judgeTimer(path, row, node),
      ].flatMap((what) => (what === undefined ? [] : [at(node, what)])),
    );
  });
}

/**
 * Rings of files that load each other, as `a.ts -> b.ts -> a.ts`: in CommonJS one of them sees the
 * other unfinished. Types are gone by then, so `import type` makes no ring.
 */
function rings(sources: Sources): string[] {
  const loads = new Map([...sources].map(([path, text]) => [path, loadedBy(path, text, sources)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(' -> '));
    if (done.has(path)) return;
    done.add(path);
    for (const next of loads.get(path) ?? []) visit(next, [...above, path]);
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}

function loadedBy(path: string, text: string, sources: Sources): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return descendants(source)
    .flatMap(importsIn)
    .filter(({ specifier, typeOnly }) => !typeOnly && specifier.startsWith('.'))
    .flatMap(({ specifier }) => resolve(path, specifier, sources) ?? []);
}

function descendants(node: ts.Node): ts.Node[] {
  const all: ts.Node[] = [node];
  ts.forEachChild(node, (child) => void all.push(...descendants(child)));
  return all;
}

/** `import x from`, `export x from`, `import x = require()`, `import()`, `require()` and `import('x').Type`. */
function importsIn(node: ts.Node): Import[] {
  const found = (specifier: ts.Node | undefined, typeOnly: boolean): Import[] =>
    specifier !== undefined && ts.isStringLiteralLike(specifier)
      ? [{ specifier: specifier.text, typeOnly, node }]
      : [];
  if (ts.isImportDeclaration(node)) return found(node.moduleSpecifier, isTypeImport(node));
  if (ts.isExportDeclaration(node)) return found(node.moduleSpecifier, isTypeExport(node));
  if (ts.isExternalModuleReference(node)) return found(node.expression, false);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return found(node.argument.literal, true);
  if (ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText()))
    return found(node.arguments[0], false);
  return [];
}

/** `import type ...`, or `type` before every name. */
function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = importClause;
  if (name !== undefined || namedBindings === undefined) return false;
  return (
    ts.isNamedImports(namedBindings) && namedBindings.elements.every((each) => each.isTypeOnly)
  );
}

/** `export type ...`, or `type` before every name. */
function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly || exportClause === undefined || !ts.isNamedExports(exportClause))
    return isTypeOnly;
  return exportClause.elements.every((each) => each.isTypeOnly);
}

function judgeImport(
  path: string,
  row: Row | undefined,
  { specifier, typeOnly }: Import,
  sources: Sources,
): string | undefined {
  if (!specifier.startsWith('.')) return judgeModule(path, row, specifier);
  const target = resolve(path, specifier, sources);
  if (target === undefined) return `imports ${specifier}, which is no file of lib`;
  if (FOR_TESTS.test(target))
    return FOR_TESTS.test(path) ? undefined : `imports ${target}, which is for tests`;
  if (row === undefined) return undefined;
  const own = /^clients\/[^/]+\//.exec(path)?.[0] ?? 'own/';
  const allowed = typeOnly ? [...row.may, ...(row.types ?? [])] : row.may;
  const allows = (each: string): boolean =>
    each.endsWith('/') ? target.startsWith(each === 'own/' ? own : each) : target === each;
  if (allowed.some(allows)) return undefined;
  return `imports ${target}${typeOnly ? ' (types)' : ''} against the arrows`;
}

function resolve(path: string, specifier: string, sources: Sources): string | undefined {
  const base = posix.join(posix.dirname(path), specifier);
  return [`${base}.ts`, posix.join(base, 'index.ts')].find((each) => sources.has(each));
}

function judgeModule(path: string, row: Row | undefined, specifier: string): string | undefined {
  if (FOR_TESTS.test(path) || row === undefined) return undefined;
  if (!specifier.startsWith('node:'))
    return row.packages?.includes(specifier) === true
      ? undefined
      : `imports the package ${specifier}`;
  if (SOCKETS.test(specifier) && !path.startsWith(SOCKET_FOLDER))
    return `imports ${specifier}: only ${SOCKET_FOLDER} opens sockets`;
  if (row.pure !== undefined && !row.pure.includes(specifier))
    return `imports ${specifier} into a pure folder`;
  return undefined;
}

function judgeTimer(path: string, row: Row | undefined, node: ts.Node): string | undefined {
  if (row?.pure === undefined || FOR_TESTS.test(path)) return undefined;
  if (!ts.isIdentifier(node) || !TIMERS.has(node.text)) return undefined;
  return `uses ${node.text} in a pure folder`;
}

/** Identifiers and text in code; what comments say is free. */
function judgeName(path: string, node: ts.Node): string | undefined {
  if (FOR_TESTS.test(path) || NAMES_ANYTHING.test(path)) return undefined;
  const text = textOf(node);
  if (text === undefined) return undefined;
  const words = text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/_/g, '-')
    .toLowerCase();
  const named = NAMES.find(([name, where]) => name.test(words) && !where.test(path));
  return named === undefined ? undefined : `names a Python library: ${text}`;
}

function textOf(node: ts.Node): string | undefined {
  const isText =
    ts.isIdentifier(node) ||
    ts.isPrivateIdentifier(node) ||
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node) ||
    ts.isRegularExpressionLiteral(node);
  return isText ? node.text : undefined;
}

describe('the layout', () => {
  it('holds: every import follows the arrows, and only clients name Python libraries', () => {
    const sources = readSources();
    expect(sources.has('architecture.test.ts')).toBe(true);
    expect(violations(sources)).toEqual([]);
  });

  it('has no files that load each other', () => {
    expect(rings(readSources())).toEqual([]);
  });
});

describe('the check of the layout', () => {
  const PLACES = [
    'errors.ts',
    'wire/text.ts',
    'net/connection.ts',
    'engine/engine.ts',
    'placement/crc.ts',
    'value/codec.ts',
    'value/pickle/index.ts',
    'clients/pylibmc/index.ts',
    'clients/python-memcached/keys.ts',
    'clients/memcache/a.ts',
    'testing/fake.ts',
  ];

  /** What is found in one file with this text, beside the files above. */
  function found(path: string, text: string): string[] {
    return violations(new Map([...PLACES.map((each) => [each, ''] as const), [path, text]]));
  }

  const REFUSED: readonly (readonly [path: string, text: string, what: string])[] = [
    ['wire/a.ts', "import { x } from '../net/connection';", 'imports net/connection.ts against'],
    ['wire/a.ts', "\nimport type { X } from '../engine/engine';", ':2: imports engine/engine.ts'],
    ['wire/a.ts', "export * from '../engine/engine';", 'imports engine/engine.ts against'],
    ['wire/a.ts', "type X = import('../engine/engine').X;", 'imports engine/engine.ts (types)'],
    ['wire/a.ts', "const x = require('../engine/engine');", 'imports engine/engine.ts against'],
    ['wire/a.ts', "import x = require('../engine/engine');", 'imports engine/engine.ts against'],
    ['wire/a.ts', "const x = await import('../engine/engine');", 'imports engine/engine.ts'],
    ['wire/a.ts', 'setTimeout(() => {}, 1);', 'uses setTimeout in a pure folder'],
    ['wire/a.ts', "import { readFileSync } from 'node:fs';", 'imports node:fs into a pure'],
    ['net/a.ts', "import { Engine } from '../engine/engine';", 'imports engine/engine.ts against'],
    [
      'net/testing/a.ts',
      "import { x } from '../../value/codec';",
      'imports value/codec.ts against',
    ],
    ['engine/a.ts', "import { connect } from 'node:net';", 'only net/ opens sockets'],
    ['engine/a.ts', "import { x } from '../value/codec';", 'imports value/codec.ts against'],
    ['engine/a.ts', "import { x } from '../clients/memcache/a';", 'imports clients/memcache/a.ts'],
    ['engine/a.ts', "import { x } from '../placement/crc';", 'imports placement/crc.ts against'],
    ['engine/a.ts', "import fc from 'fast-check';", 'imports the package fast-check'],
    ['engine/a.ts', "import { x } from '../testing/fake';", 'which is for tests'],
    ['engine/a.ts', "import { x } from './nowhere';", 'which is no file of lib'],
    ['engine/a.ts', "if (library === 'pylibmc') go();", 'names a Python library: pylibmc'],
    ['engine/a.ts', 'const pythonMemcachedHash = 1;', 'names a Python library: pythonMemcached'],
    ['engine/a.ts', 'class A { #cmemcache_hash = 1; }', 'names a Python library: #cmemcache_hash'],
    ['engine/a.ts', 'const x = `for ${y} of libmemcached`;', 'names a Python library'],
    ['placement/a.ts', "import { x } from '../wire/text';", 'imports wire/text.ts against'],
    ['value/a.ts', "import { x } from '../placement/crc';", 'imports placement/crc.ts against'],
    ['clients/pylibmc/a.ts', "import { x } from '../memcache/a';", 'clients/memcache/a.ts against'],
    ['clients/pylibmc/a.ts', 'const pymemcache = 1;', 'names a Python library: pymemcache'],
    ['clients/pylibmc/a.ts', "import { x } from '../../placement/crc';", 'imports placement/crc'],
    [
      'clients/pylibmc/a.ts',
      "import { y, type X } from '../../value/codec';",
      'value/codec.ts against',
    ],
    ['django/a.ts', "import { connect } from 'node:tls';", 'only net/ opens sockets'],
    ['index.ts', "export * from './engine/engine';", 'imports engine/engine.ts against'],
    ['helpers/a.ts', '', 'stands in no row'],
  ];

  it.each(REFUSED)('refuses in %s: %s', (path, text, what) => {
    const all = found(path, text);
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(`lib/${path}:`);
    expect(all[0]).toContain(what);
  });

  const ALLOWED: readonly (readonly [path: string, text: string])[] = [
    ['wire/a.ts', "// pylibmc sends this\nimport { x } from '../errors';"],
    ['wire/a.ts', 'const asyncMemcache = 1;'],
    ['net/a.ts', "import { connect } from 'node:net'; import { x } from '../wire/text';"],
    ['net/testing/a.ts', "import { x } from '../../engine/engine'; import fc from 'fast-check';"],
    ['engine/a.ts', "import { x } from '../net/connection'; setTimeout(x, 1);"],
    ['engine/a.ts', "import type { X } from '../placement/crc';"],
    ['value/a.ts', "import { Parser } from 'pickleparser'; import { x } from './pickle';"],
    ['clients/pylibmc/dialect.ts', "import { x } from '../../placement/crc'; const pylibmc = x;"],
    ['clients/pylibmc/a.ts', "import { type X } from '../../value/codec';"],
    ['clients/pylibmc/a.ts', "export { type X } from '../../value/codec';"],
    ['django/a.ts', "import { x } from '../clients/pylibmc'; const pymemcache = x;"],
    ['index.ts', "export { x } from './clients/python-memcached/keys';"],
    ['wire/a.test.ts', "import { x } from '../testing/fake'; import fc from 'fast-check';"],
  ];

  it.each(ALLOWED)('allows in %s: %s', (path, text) => {
    expect(found(path, text)).toEqual([]);
  });

  it('finds files that load each other, and no others', () => {
    const sources = new Map([
      ['a.ts', "import { b } from './b';"],
      ['b.ts', "import { d } from './d'; export * from './c';"],
      ['c.ts', "import './a'; import { d } from './d';"],
      ['d.ts', "import type { A } from './a'; import { type B } from './b';"],
    ]);
    expect(rings(sources)).toEqual(['a.ts -> b.ts -> c.ts -> a.ts']);
  });
});
