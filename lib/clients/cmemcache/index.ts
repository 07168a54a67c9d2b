// What `import cmemcache` gives in Python.

export type { CallOptions } from '../shared/arguments';
export type { ServerEvent, ServerEventName, ServerEvents } from '../../engine/events';
export type { CommandTrace } from '../../engine/tracing';
export type { Counters, LatencyFigures } from '../../net/tally';
export type { TlsOptions } from '../../net/tls';
export type { Counted, Delta, DeltaArguments, Time, TimeArguments } from './any-client';
export type { Bytes } from './checks';
export { Client, StringClient, type StringStoreArguments } from './client';
export type { ClientArguments, ClientOptions, FailureName, ReleaseName } from './options';
export type { ServerArgument } from './server-string';
export type { TlsParameter, TransportOptions } from '../shared/transport';
export type { Held } from './dialect';
