// The text protocol's authentication (memcached -Y): a set whose data are the user's name and password.

import { AuthError, ValueError } from '../errors';
import type { Credentials, Login } from './login';
import { Code, Command, NO_OPTIONS } from './wire';

/** A server that asks for no authentication stores what it is told: under a name that is nobody's, and already expired. */
const KEY = 'memcache-py.login';
const LONG_AGO = '-1';

// set <any key> 0 <any time> <bytes>\r\n<user> <password>\r\n
/** @throws {ValueError} a name that the server would read another way */
export function textLogin({ username, password }: Credentials): Login {
  if (username === '' || /[\0\r\n ]/.test(username)) {
    throw new ValueError('username must not be empty, and holds no space, CR, LF or NUL');
  }
  const data = Buffer.from(`${username} ${password}`, 'utf8');
  return async (ask) => {
    const { code } = await ask({
      command: Command.set,
      key: KEY,
      options: { ...NO_OPTIONS, time: LONG_AGO },
      entry: { flags: 0, data },
    });
    if (code !== Code.stored) throw new AuthError('the server refused the user name or password');
  };
}
