// Django's cache over memcached, and its sessions.

export { login, logout, session_auth_hash, verify, type AuthSettings, type AuthUser } from './auth';
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
export type { BackendName, ClientOf, OptionsOf } from './backends';
export * from './errors';
export type { Expiry } from './expiry';
export { default_key_func, type CacheKey, type KeyFunction, type Version } from './keys';
export type { DjangoRelease } from './releases';
export type { CacheOptions, CacheSettings, SettingsOf } from './settings';
export type { Timeout } from './timeouts';
export { Session, type ExpiryArguments } from './session';
export { isSessionKey, newSessionKey } from './session-key';
export { Sessions, type SessionSettings } from './sessions';
