// The table of what is simulated: one row a wire over a transport, with a login or without.

import { binaryWire } from '../../wire/binary';
import { textWire } from '../../wire/text';
import type { Wire } from '../../wire/wire';
import { binarySpeech } from './binary-speech';
import type { Speech } from './speech';
import { textSpeech } from './text-speech';

export interface Backend {
  readonly name: string;
  readonly wire: Wire;
  readonly speech: Speech;
  /** Every connection begins with a login. */
  readonly hasLogin: boolean;
  /** Sockets are ready when a handshake behind the connect has ended well. */
  readonly isSecured: boolean;
}

const TEXT = { wire: textWire, speech: textSpeech, hasLogin: false, isSecured: false } as const;
const BINARY = { ...TEXT, wire: binaryWire, speech: binarySpeech } as const;

export const BACKENDS = [
  { name: 'text', ...TEXT },
  { name: 'text, login', ...TEXT, hasLogin: true },
  { name: 'text, TLS', ...TEXT, isSecured: true },
  { name: 'binary', ...BINARY },
  { name: 'binary, SASL', ...BINARY, hasLogin: true },
  { name: 'binary, SASL over TLS', ...BINARY, hasLogin: true, isSecured: true },
] as const satisfies readonly Backend[];
