// memcached in memory, as far as the simulator asks it. Never wrong by itself.

interface Entry {
  readonly flags: number;
  readonly data: string;
  readonly cas: number;
}

export class ModelServer {
  readonly entries = new Map<string, Entry>();
  #cas = 0;

  /** Loses everything. */
  restart(): void {
    this.entries.clear();
  }

  /** @returns whether it was stored */
  store(command: 'set' | 'add' | 'append', key: string, flags: number, data: string): boolean {
    const old = this.entries.get(key);
    if (command !== 'set' && (old === undefined) !== (command === 'add')) return false;
    const whole = command === 'append' ? (old?.data ?? '') + data : data;
    this.entries.set(key, { flags, data: whole, cas: ++this.#cas });
    return true;
  }

  /** The new count; undefined where there is none. */
  count(key: string, delta: bigint): bigint | undefined {
    const old = this.entries.get(key);
    if (old === undefined) return undefined;
    const count = BigInt(old.data) + delta;
    this.entries.set(key, { ...old, data: String(count), cas: ++this.#cas });
    return count;
  }
}
