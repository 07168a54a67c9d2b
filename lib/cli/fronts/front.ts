// What the commands need of a client, whichever it is.

import type { TransportOptions } from '../../clients/shared/transport';
import type { ServerSpec } from '../../engine/server';

/** How servers are reached: by every client, and by the commands that ask them directly. */
export interface Transport {
  readonly tls: TransportOptions['tls'];
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface FrontOptions extends Transport {
  readonly servers: readonly ServerSpec[];
  /** The client's release, where one was named. */
  readonly release: string | undefined;
  /** The Python it runs on, where one was named. */
  readonly python: 2 | 3 | undefined;
  /** Of pickles, where one was named. */
  readonly protocol: number | undefined;
  /** In milliseconds. */
  readonly timeout: number;
}

export type StoreName = 'set' | 'add' | 'replace';
export type CountName = 'incr' | 'decr';

/** One client. Every method throws when a server fails, and answers what the client answers otherwise. */
export interface Front {
  /**
   * The value of an entry as the client reads it, in the exact view: a float stays one.
   * @throws what the client raises
   */
  decode(flags: number, data: Buffer): unknown;
  /** @param time expiry in seconds, by memcached's rules */
  store(name: StoreName, key: string, value: unknown, time: number): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  touch(key: string, time: number): Promise<boolean>;
  /** null: there is no such key. */
  count(name: CountName, key: string, delta: bigint): Promise<number | bigint | null>;
  close(): void;
}
