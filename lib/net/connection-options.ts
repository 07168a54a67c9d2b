// What a connection must know of its server and of its client.

import type { Login } from '../wire/login';
import type { Wire } from '../wire/wire';
import type { Address, OpenSocket } from './address';
import type { Clock } from './clock';
import type { DecodeValue } from './conversation';
import type { Tally } from './tally';

export interface ConnectionOptions {
  readonly address: Address;
  /** The server as messages name it. */
  readonly name: string;
  readonly wire: Wire;
  readonly decode: DecodeValue;
  readonly clock: Clock;
  /** Of one call, in milliseconds, connecting included; Infinity for none. */
  readonly timeout: number;
  /** Until requests can be sent, in milliseconds; Infinity: as long as calls may wait. */
  readonly connectTimeout: number;
  readonly open: OpenSocket;
  readonly tally: Tally;
  /** What is said before any request; undefined: nothing. */
  readonly login: Login | undefined;
}
