// Django's cache over memcached, and its sessions.

export { DjangoCache, type Counted } from './cache';
export type {
  CallOptions,
  CountArguments,
  CountOptions,
  Delta,
  GetArguments,
  GetOptions,
  Mapping,
  StoreArguments,
  StoreOptions,
  VersionArguments,
  VersionOptions,
} from './arguments';
export type { BackendName, LibraryClient, OptionsOf } from './backends';
export * from './errors';
export { default_key_func, type CacheKey, type KeyFunction, type Version } from './keys';
export type { DjangoRelease } from './releases';
export type { CacheOptions, CacheSettings } from './settings';
export type { Timeout } from './timeouts';
