// pymemcache's Client and PooledClient: their constructors, and what else a pool is.

import { systemTime } from '../../net/clock';
import { AnyClient } from './any-client';
import type { Calls } from './calls';
import {
  resolveClient,
  resolvePooledClient,
  type ClientArguments,
  type PooledClientArguments,
} from './options';
import type { ServerArgument } from './server-string';

/** A client of one memcached server. */
export class Client extends AnyClient {
  protected readonly ignoresBadKeys = false;

  /**
   * @param server `"host"`, `"host:port"`, `"[ipv6]:port"`, `"/path"`, `"unix:path"` or `[host, port]`
   * @param rest the other parameters: by position as in Python, or by name in a last object (see ClientOptions)
   * @throws {ValueError} no server; a value that cannot be used
   * @throws {TypeError} a parameter of the wrong type, or an unknown one
   */
  constructor(server: ServerArgument, ...rest: ClientArguments) {
    super(server, resolveClient(rest));
  }
}

/**
 * Client for programs of many threads in Python. Here calls share one connection in both classes: what is left of the
 * pool is its idle timeout, and that `ignore_exc` ignores bad keys too.
 */
export class PooledClient extends AnyClient {
  protected readonly ignoresBadKeys = true;
  readonly #idleTime: number;
  readonly #now: () => number;
  #lastUsed: number;

  /** As Client's, with `max_pool_size`, `pool_idle_timeout` and `lock_generator` (see PooledClientOptions). */
  constructor(server: ServerArgument, ...rest: PooledClientArguments) {
    const options = resolvePooledClient(rest);
    super(server, options);
    const time = options.injected.time ?? systemTime;
    this.#idleTime = options.pool_idle_timeout;
    this.#now = () => time.now();
    this.#lastUsed = this.#now();
  }

  protected override get calls(): Calls {
    const calls = super.calls;
    const now = this.#now();
    if (now - this.#lastUsed > this.#idleTime) calls.renew();
    this.#lastUsed = now;
    return calls;
  }
}
