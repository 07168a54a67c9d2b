// When a server that failed is tried again, and the pool that selectors ask about it.

/** What decides when a server that failed is tried again. Extend it for rules of your own. */
export abstract class ReconnectorBase {
  /** Whether the server may be tried now. */
  abstract connectable(server_uri: string): boolean;
  /** The server failed. */
  abstract had_error(server_uri: string): void;
  /** A connection to the server was made. */
  abstract had_success(server_uri: string): void;
}

/** A server is tried at every call, whatever it did before. */
export class ReconnectorSimple extends ReconnectorBase {
  connectable(_server_uri: string): boolean {
    return true;
  }
  had_error(_server_uri: string): void {}
  had_success(_server_uri: string): void {}
}

/** A server that failed is left alone for a time. */
export class ReconnectorTime extends ReconnectorBase {
  /** Seconds. */
  readonly timeout: number;
  readonly #now: () => number;
  /** When each server failed first since it was last well. */
  readonly #failedAt = new Map<string, number>();

  /**
   * @param timeout seconds since the first failure; Infinity: for good
   * @param now seconds on a clock that never goes back
   */
  constructor(timeout = 30, now: () => number = () => performance.now() / 1000) {
    super();
    this.timeout = timeout;
    this.#now = now;
  }

  connectable(server_uri: string): boolean {
    const failedAt = this.#failedAt.get(server_uri);
    if (failedAt === undefined) return true;
    if (this.#now() - failedAt < this.timeout) return false;
    this.had_success(server_uri);
    return true;
  }

  had_error(server_uri: string): void {
    if (!this.#failedAt.has(server_uri)) this.#failedAt.set(server_uri, this.#now());
  }

  had_success(server_uri: string): void {
    this.#failedAt.delete(server_uri);
  }
}

/** Which servers may be asked. Clients that are given the same pool learn of failed servers from each other. */
export class ServerPool {
  readonly reconnector: ReconnectorBase;

  /** @param reconnector default: a ReconnectorTime */
  constructor(reconnector: ReconnectorBase | null = null) {
    this.reconnector = reconnector ?? new ReconnectorTime();
  }

  /** Whether the server may be asked now. */
  is_available(server_uri: string): boolean {
    return this.reconnector.connectable(server_uri);
  }
}
