// What happens to servers, told to whoever asks: an emitter of the client's own, and diagnostics channels for all.

import { channel, type Channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { MemcacheError } from '../errors';
import type { Happening } from './server';

const NAMES = ['alive', 'dead', 'overload', 'protocol-error', 'reconnect', 'timeout'] as const;

/**
 * `alive`: a connection is open. `dead`: the server failed, and is left alone. `timeout`: it did not answer in time.
 * `protocol-error`: it sent what the protocol does not allow, and the connection was closed. `overload`: too much waits
 * for it, and calls of this tick are refused. `reconnect`: a server that had failed is tried again.
 */
export type ServerEventName = (typeof NAMES)[number];

/** What happened to a server, and why. */
export interface ServerEvent {
  /** `host:port` or `unix:path`. */
  readonly server: string;
  /** Of `dead`, `timeout`, `protocol-error` and `overload`. */
  readonly cause: MemcacheError | undefined;
  /** Of `dead`: the Unix time in seconds until when the server is left alone. */
  readonly until: number | undefined;
}

/** No event is named `error`, so that one nobody listens to harms nobody. */
export type ServerEvents = EventEmitter<Record<ServerEventName, [event: ServerEvent]>>;

/** Channels `memcache-py:dead` and so on, of all clients of the process. */
const CHANNELS = Object.fromEntries(
  NAMES.map((name) => [name, channel(`memcache-py:${name}`)]),
) as Readonly<Record<ServerEventName, Channel>>;

/**
 * Tells one event, when the code in which it happened has ended: a listener may call the client, and what it throws
 * is its program's uncaught exception, not ours in the middle of a read.
 */
export function tell(emitter: ServerEvents, { name, server, cause, until }: Happening): void {
  if (!CHANNELS[name].hasSubscribers && emitter.listenerCount(name) === 0) return;
  const event: ServerEvent = Object.freeze({ server: server.name, cause, until });
  process.nextTick(publish, emitter, name, event);
}

function publish(emitter: ServerEvents, name: ServerEventName, event: ServerEvent): void {
  CHANNELS[name].publish(event);
  emitter.emit(name, event);
}
