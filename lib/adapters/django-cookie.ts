// Django's cookie is the bare session key; express-session's is signed. Signed on the way in, unsigned on the way out.

import { createHmac, randomBytes } from 'node:crypto';
import { isSessionKey } from '../django/session-key';

/** The parts of a request and a response that are needed. */
export interface Request {
  readonly headers: { cookie?: string | undefined };
}
export interface Response {
  setHeader(name: string, value: number | string | readonly string[]): unknown;
}

export interface SignedCookies {
  /** What express-session signs with; it never leaves this process. */
  readonly secret: string;
  /** Shows the request with a signed cookie to `handle` while that runs, and takes signatures off what is set. */
  readonly translate: (request: Request, response: Response, handle: () => void) => void;
}

/** @param name of the cookie, SESSION_COOKIE_NAME */
export function signedCookies(name: string): SignedCookies {
  const secret = randomBytes(32).toString('hex');
  const unsign = unsigner(name);
  return {
    secret,
    translate(request, response, handle) {
      const { headers } = request;
      const setHeader = response.setHeader.bind(response);
      response.setHeader = (header, value) =>
        setHeader(header, header.toLowerCase() === 'set-cookie' ? unsign(value) : value);
      const { cookie } = headers;
      if (cookie === undefined) return handle();
      headers.cookie = signed(cookie, name, secret);
      try {
        // It reads the cookie before it does anything else.
        handle();
      } finally {
        headers.cookie = cookie;
      }
    },
  };
}

/** The header with this cookie signed. Of several the last counts, as in Django; one that is no key is left out. */
function signed(header: string, name: string, secret: string): string {
  const parts = header.split(';').map((part) => part.trim());
  const isOurs = (part: string): boolean => part.startsWith(`${name}=`);
  const key = parts.findLast(isOurs)?.slice(name.length + 1);
  const others = parts.filter((part) => !isOurs(part));
  if (!isSessionKey(key)) return others.join('; ');
  const signature = createHmac('sha256', secret).update(key).digest('base64').replace(/=+$/, '');
  return [...others, `${name}=${encodeURIComponent(`s:${key}.${signature}`)}`].join('; ');
}

/** `sessionid=s%3A<key>.<signature>; Path=/` becomes `sessionid=<key>; Path=/` */
function unsigner(name: string): (value: Parameters<Response['setHeader']>[1]) => typeof value {
  const front = `${name}=s%3A`;
  const one = (line: string): string =>
    line.startsWith(front)
      ? `${name}=${line.slice(front.length).replace(/^([^.;]*)\.[^;]*/, '$1')}`
      : line;
  return (value) => {
    if (typeof value === 'number') return value;
    return typeof value === 'string' ? one(value) : value.map(one);
  };
}
