// What the matrix asks of a client, and pylibmc's client over the binary protocol as one that can be asked so.

import type { ClientOptions } from '../../../lib';
import { Client as BinaryClient, type Behaviors } from '../../../lib/clients/pylibmc';
import type { EngineOptions } from '../../../lib/engine/engine';
import type { ServerEvents } from '../../../lib/engine/events';
import { MemcacheError } from '../../../lib/errors';

export interface CallOptions {
  readonly noreply?: boolean;
  readonly signal?: AbortSignal;
}

/** python-memcached's methods as far as every client has them: its Client is one. */
export interface Caller {
  readonly events: ServerEvents;
  get(key: string): Promise<unknown>;
  gets(key: string): Promise<unknown>;
  get_multi(keys: readonly string[]): Promise<Map<unknown, unknown>>;
  set(key: string, value: unknown): Promise<unknown>;
  set_multi(values: Readonly<Record<string, unknown>>): Promise<unknown>;
  append(key: string, text: string): Promise<unknown>;
  /** With the id of the last `gets`. */
  cas(key: string, value: unknown): Promise<unknown>;
  incr(key: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  delete(key: string, options: CallOptions): Promise<unknown>;
  touch(key: string, time: number): Promise<unknown>;
  forget_dead_hosts(): void;
  disconnect_all(): void;
}

const MS = 1000;

/** Raises what the engine tells, not libmemcached's words for it. */
export class BinaryCaller implements Caller {
  readonly #mc: BinaryClient;
  readonly #ids = new Map<string, number | bigint>();

  /** @param options those two, and `failure: 'raise'`, which pylibmc does anyway */
  constructor(
    servers: readonly string[],
    { socket_timeout, dead_retry }: ClientOptions,
    injected: Partial<EngineOptions>,
  ) {
    const timeout = (socket_timeout ?? 3) * MS;
    const behaviors: Behaviors = {
      cas: true,
      connect_timeout: timeout,
      _poll_timeout: timeout,
      retry_timeout: dead_retry ?? 30,
    };
    const options = { binary: true, behaviors, injected };
    this.#mc = new BinaryClient(servers, options);
  }

  get events(): ServerEvents {
    return this.#mc.events;
  }

  get(key: string): Promise<unknown> {
    return told(this.#mc.get(key));
  }

  async gets(key: string): Promise<unknown> {
    const [value, id] = await told(this.#mc.gets(key));
    if (id !== null) this.#ids.set(key, id);
    return value;
  }

  get_multi(keys: readonly string[]): Promise<Map<unknown, unknown>> {
    return told(this.#mc.get_multi(keys));
  }

  set(key: string, value: unknown): Promise<unknown> {
    return told(this.#mc.set(key, value));
  }

  set_multi(values: Readonly<Record<string, unknown>>): Promise<unknown> {
    return told(this.#mc.set_multi(values));
  }

  append(key: string, text: string): Promise<unknown> {
    return told(this.#mc.append(key, text));
  }

  cas(key: string, value: unknown): Promise<unknown> {
    return told(this.#mc.cas(key, value, this.#ids.get(key) ?? 0));
  }

  incr(key: string): Promise<unknown> {
    return told(this.#mc.incr(key));
  }

  delete(key: string, { noreply = false, signal }: CallOptions = {}): Promise<unknown> {
    return this.silently(noreply, (mc) => mc.delete(key, signal === undefined ? {} : { signal }));
  }

  touch(key: string, time: number): Promise<unknown> {
    return told(this.#mc.touch(key, time));
  }

  /** By a change of what its connections are made with: libmemcached forgets nothing otherwise. */
  forget_dead_hosts(): void {
    this.#mc.set_behaviors({ retry_timeout: 0 });
  }

  disconnect_all(): void {
    this.#mc.disconnect_all();
  }

  /** Makes a call; without asking for a reply where that is so. */
  silently<T>(isSilent: boolean, call: (mc: BinaryClient) => Promise<T>): Promise<T> {
    this.#mc.set_behaviors({ _noreply: isSilent });
    const answer = call(this.#mc);
    this.#mc.set_behaviors({ _noreply: false });
    return told(answer);
  }
}

function told<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw error instanceof Error && error.cause instanceof MemcacheError ? error.cause : error;
  });
}
