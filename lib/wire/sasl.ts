// The binary protocol's authentication: SASL by the strongest mechanism that both sides know, as libsasl picks it.

import { AuthError, ValueError } from '../errors';
import type { Ask, Credentials, Login, Said } from './login';
import { Scram, type ScramHash } from './scram';
import { Code, Command, NO_OPTIONS, type Request } from './wire';

type Mechanism = (name: string, ask: Ask, credentials: Credentials) => Promise<void>;

/** Strongest first. */
const MECHANISMS: ReadonlyMap<string, Mechanism> = new Map([
  ['SCRAM-SHA-256', scram('sha256')],
  ['SCRAM-SHA-1', scram('sha1')],
  ['PLAIN', plain],
]);

const REFUSED = 'the server refused the user name or password';

/** @throws {ValueError} a mechanism that there is not; a name or password with a NUL */
export function saslLogin(credentials: Credentials): Login {
  const allowed = new Set(credentials.mechanisms ?? MECHANISMS.keys());
  const unknown = [...allowed].filter((name) => !MECHANISMS.has(name));
  if (unknown.length > 0 || allowed.size === 0) {
    throw new ValueError(`mechanisms must be some of ${[...MECHANISMS.keys()].join(', ')}`);
  }
  if (credentials.username === '' || /\0/.test(credentials.username + credentials.password)) {
    throw new ValueError('username must not be empty, and no NUL be in it or in the password');
  }
  return async (ask) => {
    const offer = await ask(question(Command.saslList, '', ''));
    if (offer.code !== Code.ok) throw new AuthError('the server offers no SASL');
    const offered = new Set(offer.text.split(' '));
    for (const [name, run] of MECHANISMS) {
      if (allowed.has(name) && offered.has(name)) return run(name, ask, credentials);
    }
    throw new AuthError('the server offers no SASL mechanism that may be used');
  };
}

// \0<user>\0<password>
async function plain(name: string, ask: Ask, { username, password }: Credentials): Promise<void> {
  const said = await ask(question(Command.saslAuth, name, `\0${username}\0${password}`));
  if (said.code !== Code.ok) throw new AuthError(REFUSED);
}

function scram(hash: ScramHash): Mechanism {
  return async (name, ask, credentials) => {
    const exchange = new Scram(hash, credentials);
    const challenge = await ask(question(Command.saslAuth, name, exchange.first));
    const answer = await exchange.answer(challenged(challenge).text);
    const last = await ask(question(Command.saslStep, name, answer));
    if (last.code === Code.refused) throw new AuthError(REFUSED);
    // The server's proof comes with its consent, or before it: then it waits for a step without words (libsasl).
    exchange.verify(last.text);
    if (last.code === Code.ok) return;
    const { code } = await ask(question(Command.saslStep, name, ''));
    if (code !== Code.ok) throw new AuthError(REFUSED);
  };
}

function challenged(said: Said): Said {
  if (said.code === Code.challenge) return said;
  throw new AuthError(said.code === Code.ok ? 'the server asked for no proof' : REFUSED);
}

/** The mechanism's name stands where keys do. */
function question(command: Command, key: string, words: string): Request {
  const data = Buffer.from(words, 'utf8');
  return { command, key, options: NO_OPTIONS, entry: { flags: 0, data } };
}
