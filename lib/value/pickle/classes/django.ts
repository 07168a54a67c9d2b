// What Django caches: safe strings, lazy translations, model instances, query sets.
import { inspect } from 'node:util';
import type { KnownClass } from '../contract';
import { pyKey } from '../equality';
import { pyRepr, repr, Shown, strRepr, type Part, type Repr } from '../repr';
import { PyGlobal, PyObject, PyTuple, type PyOp } from '../types';
import { asRead, named, textOf } from './form';

/**
 * django.utils.safestring.SafeString: text that templates do not escape. Holds the text and does not extend String: a
 * subclass of String makes V8 give up its fast paths for every string of the process (measured: charCodeAt, 5 times).
 */
export class PySafeString {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }

  /** The text. */
  valueOf(): string {
    return this.text;
  }

  /** The text, so that JSON has it. */
  toJSON(): string {
    return this.toString();
  }

  [pyRepr](): Repr {
    return { parts: [strRepr(this.toString())] };
  }

  [inspect.custom](): string {
    return repr(this);
  }

  /** Equal to the same text. */
  [pyKey](): string {
    return this.toString();
  }
}

// SafeString(text) NEWOBJ; Python 2 adds an empty state. Django < 2: SafeText, < 1.5: SafeUnicode
const SAFE_STRING: KnownClass<PySafeString> = {
  module: 'django.utils.safestring',
  name: 'SafeString',
  aliases: [
    ['django.utils.safestring', 'SafeText'],
    ['django.utils.safestring', 'SafeUnicode'],
  ],
  type: PySafeString,
  load(form) {
    const text = textOf(form.args[0]);
    if (form.how !== 'newobj' || form.args.length !== 1 || text === undefined) return undefined;
    return asRead(new PySafeString(text), form);
  },
  dump(text) {
    const base = named('builtins', 'str');
    const type = named('django.utils.safestring', 'SafeString');
    return new PyObject(type, [text.toString()], { how: 'newobj', base });
  },
};

/** A lazy string (gettext_lazy): a function that Django calls whenever the text is needed. */
export class PyLazyString {
  constructor(readonly form: PyObject) {}

  /** `gettext_lazy(text)`. */
  static gettext(text: string): PyLazyString {
    return PyLazyString.of(named('django.utils.translation', 'gettext'), [text]);
  }

  /**
   * `lazy(func, str)(*args, **kwargs)`: also of pgettext, or of reverse in django.urls.base.
   * @param func by the name of the module that it is defined in
   */
  static of(func: PyGlobal, args: Iterable<unknown>, kwargs: object = {}): PyLazyString {
    const result = named('builtins', 'str');
    const callable = named('django.utils.functional', '_lazy_proxy_unpickle');
    return new PyLazyString(new PyObject(callable, [func, PyTuple.from(args), kwargs, result]));
  }

  /** The function, by name: `django.utils.translation.gettext`. */
  get func(): unknown {
    return this.form.args[0];
  }

  /** Its arguments. */
  get args(): PyTuple {
    const args = this.form.args[1];
    return args instanceof PyTuple ? args : new PyTuple();
  }

  /** The text before translation: the last text among the arguments. */
  get text(): string {
    return textOf(this.args.findLast((arg) => textOf(arg) !== undefined)) ?? '';
  }

  /** Untranslated: catalogues are Django's. */
  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }

  [pyRepr](): Repr {
    return { parts: [strRepr(this.text)] };
  }

  [inspect.custom](): string {
    return repr(this);
  }
}

// _lazy_proxy_unpickle(func, args, kwargs, *result classes)
const LAZY: KnownClass<PyLazyString> = {
  module: 'django.utils.functional',
  name: '_lazy_proxy_unpickle',
  type: PyLazyString,
  load(form) {
    const hasArgs = form.args.length >= 3 && form.args[1] instanceof PyTuple;
    return form.how === 'reduce' && hasArgs ? new PyLazyString(form) : undefined;
  },
  dump: ({ form }) => form,
};

const BASE = 'django.db.models.base';

/** Attributes of an instance that are not fields of its model. */
const NOT_FIELDS = new Set(['_state', '_django_version', '_prefetched_objects_cache']);

/** What Django notes with an instance beside its fields. */
export interface ModelOrigin {
  /** Django's release, as `django.__version__`: it warns when it reads an instance of another. */
  readonly django: string;
  /** The database that the row is stored in (`default`); none for an instance that was never saved. */
  readonly db?: string | undefined;
}

/** A model instance: a PyObject that knows its model and fields. */
export class PyModel extends PyObject {
  /**
   * An instance of a model, as Django reads it from the database, or makes it unsaved.
   * @param model app label and class name: `auth.User`
   * @param fields values by column name (`author_id`), in the order of the model. What is left out Django fetches
   * from the database when it is asked for.
   * @throws {TypeError} no such model name
   */
  static of(model: string, fields: object, { django, db }: ModelOrigin): PyModel {
    const names = model.split('.');
    if (names.length !== 2 || names.includes('')) {
      throw new TypeError(`a model is named as app.Model, not ${model}`);
    }
    const stored = db === undefined ? {} : { adding: false, db };
    const entries =
      fields instanceof Map ? [...(fields as Map<unknown, unknown>)] : Object.entries(fields);
    const state = new Map<unknown, unknown>([
      ['_state', PyObject.instance(BASE, 'ModelState', { ...stored, fields_cache: {} })],
      ...entries,
      ['_django_version', django],
    ]);
    const ops: PyOp[] = [{ kind: 'build', state }];
    return new PyModel(named(BASE, 'model_unpickle'), [PyTuple.from(names)], { ops });
  }

  /** `auth.User`; '' where the pickle does not name it so. */
  get model(): string {
    const [model] = this.args;
    if (model instanceof PyGlobal) return model.toString();
    if (model instanceof PyTuple) return model.map((part) => textOf(part) ?? '').join('.');
    return textOf(model) ?? '';
  }

  /** Values by column name; change one with `setAttr`. */
  fields(): Map<string, unknown> {
    const fields = this.attrs();
    for (const name of NOT_FIELDS) fields.delete(name);
    return fields;
  }

  override toJSON(): Record<string, unknown> {
    return Object.fromEntries(this.fields());
  }

  override [pyRepr](): Repr {
    const id: unknown = this.getAttr('id');
    const name = this.model.slice(this.model.lastIndexOf('.') + 1);
    const parts: Part[] = id === undefined ? [] : [' id=', new Shown(id)];
    return { parts: [`<${name} object`, ...parts, '>'] };
  }
}

// model_unpickle(('auth', 'User')) R, {'_state': .., fields, '_django_version': ..} BUILD
const MODEL: KnownClass<PyModel> = {
  module: BASE,
  name: 'model_unpickle',
  type: PyModel,
  load: (form) => new PyModel(form.callable, form.args, form),
  dump: (model) => model,
};

/** A query set: a PyObject that knows its model and, where it was evaluated, its results. */
export class PyQuerySet extends PyObject {
  /** The model's class. */
  get model(): PyGlobal | undefined {
    const model: unknown = this.getAttr('model');
    return model instanceof PyGlobal ? model : undefined;
  }

  /** The rows as they were fetched; null where the query was not run. */
  get results(): unknown[] | null {
    const results: unknown = this.getAttr('_result_cache');
    return Array.isArray(results) ? results : null;
  }

  override toJSON(): unknown[] | null {
    return this.results;
  }

  override [pyRepr](): Repr {
    return { parts: ['<QuerySet ', new Shown(this.results ?? this.model), '>'] };
  }
}

// QuerySet () NEWOBJ, {'model': .., '_query': .., '_result_cache': [..]} BUILD
const QUERY_SET: KnownClass<PyQuerySet> = {
  module: 'django.db.models.query',
  name: 'QuerySet',
  type: PyQuerySet,
  load: (form) => new PyQuerySet(form.callable, form.args, form),
  dump: (querySet) => querySet,
};

export const DJANGO: readonly KnownClass[] = [
  SAFE_STRING,
  LAZY,
  MODEL,
  QUERY_SET,
] as readonly KnownClass[];
