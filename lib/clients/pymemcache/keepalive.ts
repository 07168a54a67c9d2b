// KeepaliveOpts: when the operating system probes a silent connection.

import { ValueError } from '../../errors';
import { bind } from '../shared/arguments';

/** The parameters of KeepaliveOpts, by name. */
export interface KeepaliveOptions {
  idle?: number;
  intvl?: number;
  cnt?: number;
}

/** What KeepaliveOpts is made with. */
export type KeepaliveArguments =
  | [options?: KeepaliveOptions]
  | [idle: number, options?: KeepaliveOptions]
  | [idle: number, intvl: number, options?: KeepaliveOptions]
  | [idle: number, intvl: number, cnt: number];

const SIGNATURE = { method: '__init__', required: 1, names: ['idle', 'intvl', 'cnt'] };

/** Seconds of silence before the first probe, seconds between two, and how many. Node sets the first alone. */
export class KeepaliveOpts {
  readonly idle: number;
  readonly intvl: number;
  readonly cnt: number;

  /** @throws {ValueError} one of them is less than 1 */
  constructor(...args: KeepaliveArguments) {
    const [idle = 1, intvl = 1, cnt = 5] = bind(SIGNATURE, args);
    this.idle = atLeastOne(idle, 'idle');
    this.intvl = atLeastOne(intvl, 'intvl');
    this.cnt = atLeastOne(cnt, 'cnt');
  }
}

function atLeastOne(value: unknown, name: string): number {
  if (typeof value === 'number' && value >= 1) return value;
  throw new ValueError(`The ${name} parameter must be greater or equal to 1.`);
}
