// Which way an object is written: by its JavaScript type, found in a Map of prototypes.
import { types } from 'node:util';
import type { KnownClass } from './contract';
import { PyDict, PyFrozenSet, PySet } from './equality';
import { PicklingError } from './errors';
import { FrozenSetTask, ItemsTask, MembersTask, PairsTask, TupleTask } from './save-containers';
import { saveGlobal } from './save-names';
import { ObjectTask } from './save-objects';
import { beginSteps, type Steps } from './steps';
import { recall, restoreKey } from './slots';
import { PyText } from './exact';
import { PyByteArray, PyGlobal, PyObject, PyPickleBuffer, PyTuple } from './types';
import type { Task, Writer } from './writer';

type Saver = (w: Writer, value: object) => boolean;

/** Saves an object: GET if it is in the memo, else by its type. */
export function saveObject(w: Writer, value: object): boolean {
  if (w.fetch(value)) return true;
  w.count();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return saveDict(w, value);
  if (prototype === Array.prototype) return saveList(w, value);
  return findSaver(w, value)(w, value);
}

/** The saver of the nearest class in the prototype chain that has one; registered classes first. */
function findSaver(w: Writer, value: object): Saver {
  const own = recall(value);
  if (own?.form !== undefined) return saveForm;
  for (
    let prototype: unknown = Object.getPrototypeOf(value);
    typeof prototype === 'object' && prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const known = w.settings.classes.findByPrototype(prototype);
    if (known?.dump !== undefined) return (_, instance) => saveKnown(w, known, instance);
    const saver = SAVERS.get(prototype);
    if (saver !== undefined) return saver;
  }
  return foreign(value);
}

/** Values from another realm (a vm context, a worker's globals) have prototypes of their own. */
function foreign(value: object): Saver {
  if (Array.isArray(value)) return saveList;
  if (types.isMap(value)) return saveMap;
  if (types.isSet(value)) return saveSet;
  if (types.isUint8Array(value)) return saveBytes;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain =
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype as object, 'isPrototypeOf');
  if (isPlain) return saveDict;
  const name: unknown = (value.constructor as { name?: unknown } | undefined)?.name;
  throw new PicklingError(`cannot pickle a ${String(name)}: its class is not registered`);
}

const SAVERS: ReadonlyMap<object, Saver> = new Map<object, Saver>([
  [Array.prototype, saveList],
  [PyTuple.prototype, saveTuple],
  [Map.prototype, saveMap],
  [PyDict.prototype, saveMap],
  [Set.prototype, saveSet],
  [PySet.prototype, saveSet],
  [PyFrozenSet.prototype, saveFrozenSet],
  [Uint8Array.prototype, saveBytes],
  [Buffer.prototype, saveBytes],
  [PyByteArray.prototype, saveByteArray],
  [PyPickleBuffer.prototype, savePickleBuffer],
  [PyText.prototype, saveText],
  [PyGlobal.prototype, (w, value) => saveGlobal(w, value as PyGlobal)],
  [PyObject.prototype, saveInstance],
]);

/** Longest list that is looked through for containers before it is written. */
const FLAT = 16;

// --- containers. The casts hold because SAVERS and `foreign` lead here by type --------------------

function saveList(w: Writer, value: object): boolean {
  const list = value as readonly unknown[];
  w.open(list, 0x5d, 0x6c);
  if (list.length === 0) return true;
  const slots = recall(list);
  if (list.length <= FLAT && slots === undefined && isFlat(w, list)) return saveFlat(w, list);
  return w.begin(new ItemsTask(list, slots, w.rules.batchesOfC ? 'whole' : 'iterator'));
}

/** Whether all items are scalars, which need no task. */
function isFlat(w: Writer, items: readonly unknown[]): boolean {
  if (w.protocol === 0 || w.settings.persistentId !== undefined) return false;
  for (let i = 0; i < items.length; i++)
    if (typeof items[i] === 'object' && items[i] !== null) return false;
  return true;
}

/** Appends scalars to the list on top of the stack, as one batch. */
function saveFlat(w: Writer, items: readonly unknown[]): true {
  const { length } = items;
  if (length > 1) w.byte(0x28);
  for (let i = 0; i < length; i++) w.save(items[i]);
  w.byte(length > 1 ? 0x65 : 0x61);
  return true;
}

function saveDict(w: Writer, value: object): boolean {
  w.open(value, 0x7d, 0x64);
  const dict = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(dict);
  if (keys.length === 0) return true;
  const batches = w.rules.batchesOfC ? 'whole' : 'iterator';
  return w.begin(new PairsTask(keys, Object.values(dict), recall(dict), batches));
}

function saveMap(w: Writer, value: object): boolean {
  const map = value as ReadonlyMap<unknown, unknown>;
  w.checkKeys(map.keys());
  w.open(map, 0x7d, 0x64);
  const batches = w.rules.batchesOfC ? 'whole' : 'iterator';
  return w.begin(new PairsTask([...map.keys()], [...map.values()], recall(map), batches));
}

function saveTuple(w: Writer, value: object): boolean {
  const tuple = value as readonly unknown[];
  if (tuple.length > 0) return w.begin(new TupleTask(tuple));
  w.latin1(w.protocol === 0 ? '(t' : ')');
  return true;
}

function saveSet(w: Writer, value: object): boolean {
  const set = value as ReadonlySet<unknown>;
  w.checkKeys(set);
  if (w.protocol < 4) return w.begin(setByCall(set, 'set'));
  w.byte(0x8f);
  w.memoize(set);
  return w.begin(new MembersTask([...set], recall(set), w.rules.batchesOfC ? 'whole' : 'iterator'));
}

function saveFrozenSet(w: Writer, value: object): boolean {
  const set = value as ReadonlySet<unknown>;
  w.checkKeys(set);
  return w.protocol < 4 ? w.begin(setByCall(set, 'frozenset')) : w.begin(new FrozenSetTask(set));
}

/** `set([...])`. */
function setByCall(set: ReadonlySet<unknown>, name: string): ObjectTask {
  const slots = recall(set);
  const items = Array.from(set, (item) => restoreKey(slots, item));
  return new ObjectTask(new PyObject(new PyGlobal('builtins', name), [items]), set);
}

// --- bytes and text --------------------------------------------------------------------------------

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkSize(w: Writer, bytes: Uint8Array): void {
  if (bytes.length > w.settings.limits.stringBytes) {
    throw new PicklingError('value longer than the limit allows');
  }
}

function saveBytes(w: Writer, value: object): boolean {
  const bytes = asBuffer(value as Uint8Array);
  checkSize(w, bytes);
  // Empty bytes and single bytes are one object each in CPython: they share a memo entry.
  const identity = bytes.length > 1 ? value : `bytes ${bytes.join('')}`;
  if (w.fetch(identity)) return true;
  if (w.rules.python2) w.strBytes(bytes);
  else if (w.protocol >= 3) w.binBytes(bytes);
  else return beginSteps(w, bytesByCall(w, bytes, identity));
  w.memoize(identity);
  return true;
}

const ENCODE = new PyGlobal('_codecs', 'encode');

/** `_codecs.encode(text, 'latin1')`, or `bytes()`. */
function* bytesByCall(w: Writer, bytes: Buffer, identity: object | string): Steps {
  yield bytes.length === 0 ? new PyGlobal('builtins', 'bytes') : ENCODE;
  if (bytes.length === 0) yield new PyTuple();
  else yield* latin1Args(w, bytes, 'latin1');
  w.byte(0x52);
  w.memoize(identity);
}

/** `(text, encoding)`: the text is made for this call, so it shares no memo entry with others. */
function* latin1Args(w: Writer, bytes: Buffer, encoding: string): Steps {
  if (w.protocol < 2) w.byte(0x28);
  const text = bytes.toString('latin1');
  // One-letter texts are one object each in CPython, like 'latin1'; 'latin-1' is made for each call.
  if (text.length < 2) yield text;
  else {
    w.newText(text);
    w.put();
  }
  if (encoding === 'latin1') yield encoding;
  else {
    if (w.rules.python2) w.strBytes(Buffer.from(encoding));
    else w.newText(encoding);
    w.put();
  }
  w.byte(w.protocol < 2 ? 0x74 : 0x86);
  w.put();
}

function saveByteArray(w: Writer, value: object): boolean {
  const bytes = asBuffer(value as Uint8Array);
  checkSize(w, bytes);
  if (w.protocol < 5) return beginSteps(w, byteArrayByCall(w, bytes, value));
  w.byteArray8(bytes);
  w.memoize(value);
  return true;
}

function* byteArrayByCall(w: Writer, bytes: Buffer, identity: object): Steps {
  const asText = !w.rules.byteArrayFromBytes && w.protocol < 3;
  yield new PyGlobal('builtins', 'bytearray');
  if (asText) yield* latin1Args(w, bytes, 'latin-1');
  else if (bytes.length === 0 || !w.rules.byteArrayFromBytes) {
    yield bytes.length === 0 ? new PyTuple() : PyTuple.of<unknown>(Buffer.from(bytes));
  } else yield* freshBytesArgs(w, bytes);
  w.byte(0x52);
  w.memoize(identity);
}

/** `(bytes,)`, with bytes that are no other's, even single ones. */
function* freshBytesArgs(w: Writer, bytes: Buffer): Steps {
  if (w.protocol < 2) w.byte(0x28);
  const copy = Buffer.from(bytes);
  if (w.protocol < 3) yield* bytesByCall(w, copy, copy);
  else {
    w.binBytes(copy);
    w.memoize(copy);
  }
  w.byte(w.protocol < 2 ? 0x74 : 0x85);
  w.put();
}

function savePickleBuffer(w: Writer, value: object): boolean {
  const { bytes, readonly } = value as PyPickleBuffer;
  if (w.protocol < 5) throw new PicklingError('a PickleBuffer needs protocol 5');
  const { bufferCallback } = w.settings;
  if (bufferCallback !== undefined && !bufferCallback(bytes)) {
    w.byte(0x97);
    if (readonly) w.byte(0x98);
    return true;
  }
  if (readonly) w.binBytes(bytes);
  else w.byteArray8(bytes);
  w.memoize(value);
  return true;
}

function saveText(w: Writer, value: object): boolean {
  const text = value as PyText;
  if (w.protocol > 0) w.utf8(text.utf8);
  else w.rawUnicode(text.codePoints(), w.rules.escapeControls);
  w.memoize(text);
  return true;
}

// --- instances -------------------------------------------------------------------------------------

function saveInstance(w: Writer, value: object): boolean {
  return w.begin(new ObjectTask(value as PyObject, value));
}

function saveKnown(w: Writer, known: KnownClass, instance: object): boolean {
  w.checkRecursion(instance);
  const form = known.dump?.(instance, { protocol: w.protocol, python: w.settings.python });
  if (form === undefined) throw new PicklingError(`cannot pickle a ${known.name}`);
  return w.begin(new ObjectTask(form, instance, recall(instance)?.ops));
}

/** An instance whose class cannot write it: as it was read. */
function saveForm(w: Writer, instance: object): boolean {
  const slots = recall(instance);
  if (slots?.form === undefined) throw new PicklingError('an instance without a form');
  return w.begin(new ObjectTask(slots.form, instance, slots.ops));
}

// --- persistent ids --------------------------------------------------------------------------------

/** A persistent id, saved as a value that itself has none, and BINPERSID. */
export function persistentTask(pid: unknown): Task {
  let saved = false;
  return {
    step(w) {
      if (!saved) {
        saved = true;
        if (!w.saveValue(pid)) return false;
      }
      w.byte(0x51);
      return true;
    },
  };
}
