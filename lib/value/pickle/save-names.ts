// Classes and functions, written by name as the protocol allows.
import { PicklingError } from './errors';
import { toPython2, type Name } from './names';
import { beginSteps, type Steps } from './steps';
import { PyGlobal, PyTuple } from './types';
import type { Writer } from './writer';

const GETATTR = new PyGlobal('builtins', 'getattr');

/** Module and name as this protocol writes them. */
export function nameIn(w: Writer, { module, name, legacy }: PyGlobal): Name {
  if (w.protocol >= 3 || !w.settings.fixImports) return { module, name };
  return legacy ?? toPython2({ module, name });
}

const ASCII_NAME = /^[\0-\x09\x0b-\x7f]+$/;

const OLD_ZONES = 'write a PyDateTime without a tzinfo, or with PyFixedZone.pytzUtc()';

/** Names of Python 3 that a pickle for Python 2 cannot hold, and what to write instead. */
const NOT_IN_PYTHON_2: ReadonlyMap<string, string> = new Map([
  ['datetime.timezone', OLD_ZONES],
  ['zoneinfo.ZoneInfo._unpickle', OLD_ZONES],
  ['types.SimpleNamespace', 'write a dict'],
]);

function checkPython2(name: string): void {
  const instead = NOT_IN_PYTHON_2.get(name);
  if (instead === undefined) return;
  throw new PicklingError(`Python 2 has no ${name.replace('._unpickle', '')}: ${instead}`);
}

/** Saves a class or function. */
export function saveGlobal(w: Writer, global: PyGlobal): boolean {
  if (w.rules.python2) checkPython2(global.toString());
  const code = w.settings.codes?.get(global.toString());
  if (code !== undefined && w.protocol >= 2) {
    extension(w, code);
    return true;
  }
  // A bound method is a new object for each value that is made with it.
  if (global.viaGetattr) {
    return w.fetch(global) || beginSteps(w, dottedName(w, global, global));
  }
  if (w.protocol >= 4) return saveGlobal4(w, global);
  const { module, name } = nameIn(w, global);
  const key = `${module}\n${name}`;
  if (w.fetch(key)) return true;
  if (global.name.includes('.')) return beginSteps(w, dottedName(w, global, key));
  writeGlobal(w, { module, name });
  w.memoize(key);
  return true;
}

/** GLOBAL, without its memo entry. */
function writeGlobal(w: Writer, { module, name }: Name): void {
  for (const part of [module, name]) {
    const fits = w.protocol === 3 ? part !== '' && !part.includes('\n') : ASCII_NAME.test(part);
    if (!fits) throw new PicklingError(`the name ${JSON.stringify(part)} needs a higher protocol`);
  }
  w.byte(0x63);
  w.bytes(Buffer.from(`${module}\n${name}\n`, 'utf8'));
}

/** Types whose module name is a string of its own from 3.10 on (ExceptionGroup is as old as 3.11). */
const RUNTIME_TYPES: ReadonlySet<string> = new Set(['array\narray', 'builtins\nExceptionGroup']);

/** Functions of builtins: the module's name in them is one string, which the module's types do not share. */
const BUILTIN_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    '__build_class__ __import__ abs aiter all anext any ascii bin breakpoint callable chr compile delattr dir ' +
    'divmod eval exec format getattr globals hasattr hash hex id input isinstance issubclass iter len locals max ' +
    'min next oct ord pow print repr round setattr sorted sum vars'
  ).split(' '),
);

const FUNCTIONS_MODULE = 'builtins, of functions';

/** Text that shares no memo entry. */
function ownText(w: Writer, text: string): void {
  w.newText(text);
  w.put();
}

function saveGlobal4(w: Writer, global: PyGlobal): boolean {
  const key = `${global.module}\n${global.name}`;
  if (w.fetch(key)) return true;
  saveModule(w, global, key);
  // datetime.datetime, array.array: the type's name is a string of its own, beside the module's.
  if (global.name === global.module) ownText(w, global.name);
  else w.save(global.name);
  w.byte(0x93);
  w.memoize(key);
  return true;
}

function saveModule(w: Writer, { module, name }: PyGlobal, key: string): void {
  if (w.rules.runtimeTypes && RUNTIME_TYPES.has(key)) ownText(w, module);
  else if (module === 'builtins' && BUILTIN_FUNCTIONS.has(name)) {
    if (w.fetch(FUNCTIONS_MODULE)) return;
    w.newText(module);
    w.memoize(FUNCTIONS_MODULE);
  } else w.save(module);
}

function extension(w: Writer, code: number): void {
  if (code < 0x100) w.bytes(Buffer.of(0x82, code));
  else if (code < 0x10000) w.bytes(Buffer.of(0x83, code & 0xff, code >> 8));
  else {
    w.byte(0x84);
    w.uint32(code);
  }
}

/** The class that a dotted name is an attribute of, and the attribute. */
function splitName({ module, name, legacy }: PyGlobal): [owner: PyGlobal, attribute: string] {
  const dot = name.lastIndexOf('.');
  const oldDot = legacy?.name.lastIndexOf('.') ?? -1;
  const oldOwner = oldDot < 0 ? undefined : legacy;
  const old = oldOwner && { module: oldOwner.module, name: oldOwner.name.slice(0, oldDot) };
  return [new PyGlobal(module, name.slice(0, dot), old), name.slice(dot + 1)];
}

/** `getattr(owner, name)`: a dotted name below protocol 4, and a bound method at any. */
function* dottedName(w: Writer, global: PyGlobal, key: object | string): Steps {
  if (w.rules.bareGetattr && !global.viaGetattr) yield* bareChain(w, global);
  else {
    yield GETATTR;
    yield PyTuple.of<unknown>(...splitName(global));
    w.byte(0x52);
  }
  w.memoize(key);
}

/** The chain as 3.13 writes it: only `getattr` and the attribute names are memoized. */
function* bareChain(w: Writer, global: PyGlobal): Steps {
  const [owner, attribute] = splitName(global);
  yield GETATTR;
  if (w.protocol < 2) w.byte(0x28);
  if (owner.name.includes('.')) yield* bareChain(w, owner);
  else writeGlobal(w, nameIn(w, owner));
  yield attribute;
  w.byte(w.protocol < 2 ? 0x74 : 0x86);
  w.byte(0x52);
}
