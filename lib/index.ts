// What `import memcache` gives in Python, and what a TypeScript program needs beside it.

export * from './clients/python-memcached/index';
export * from './errors';
export type {
  PickleDumper,
  PickleLoader,
  PickleParser,
  PicklerOption,
  ReadingOptions,
  UnpicklerOption,
} from './value/pickling';
