// One lie of a server, as data.

import type { ErrorCode } from '../../../lib';
import type { AskName } from './asks';

export interface Lie {
  /** Its row of the fault matrix in docs/reliability.md. */
  readonly row: number;
  readonly name: string;
  /** The call that is lied to. */
  readonly ask: AskName;
  /** The bytes said in place of the right reply; latin1. */
  readonly says: string;
  /** What comes behind: the right replies to the others (default), the connection's end or reset, or nothing. */
  readonly behind?: 'answers' | 'end' | 'reset' | 'silence';
  /** What the call that is lied to comes to: its right answer, or an error of this kind. */
  readonly then: 'right' | ErrorCode;
  /** The conversation goes on: the reply was unwelcome, and in step. Else the connection must be closed by us. */
  readonly goesOn?: true;
}
