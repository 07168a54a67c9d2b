// Django's bare cookie is signed for express-session, and what that sets is bare again.

import { createHmac } from 'node:crypto';
import { signedCookies } from './django-cookie';

const KEY = 'abcdefghijklmnopqrstuvwxyz012345';
const OTHER = '0'.repeat(32);

/** What the handler sees, and what the browser is sent where it sets `set`. */
function pass(
  cookie: string | undefined,
  set?: string | number | string[],
): { seen: string | undefined; after: string | undefined; sent: unknown; secret: string } {
  const { secret, translate } = signedCookies('sessionid');
  const request = { headers: cookie === undefined ? {} : { cookie } };
  let sent: unknown;
  const response = { setHeader: (_name: string, value: unknown) => (sent = value) };
  let seen: string | undefined;
  translate(request, response, () => {
    seen = request.headers.cookie;
    if (set !== undefined) response.setHeader('Set-Cookie', set);
  });
  return { seen, after: request.headers.cookie, sent, secret };
}

const signed = (key: string, secret: string): string => {
  const sign = createHmac('sha256', secret).update(key).digest('base64').replace(/=+$/, '');
  return `sessionid=${encodeURIComponent(`s:${key}.${sign}`)}`;
};

it.each([
  [`sessionid=${KEY}`, ''],
  [`a=b; sessionid=${KEY}; c=d`, 'a=b; c=d; '],
  [`a=b;sessionid=${KEY}`, 'a=b; '],
  [`sessionid=${OTHER}; sessionid=${KEY}`, ''],
  [`sessionid=; sessionid=${KEY}`, ''],
  [`xsessionid=${OTHER}; sessionid=${KEY}`, `xsessionid=${OTHER}; `],
])('%s is signed', (cookie, others) => {
  const { seen, after, secret } = pass(cookie);
  expect(seen).toBe(others + signed(KEY, secret));
  expect(after).toBe(cookie);
});

it.each([
  ['a=b', 'a=b'],
  ['sessionid=', ''],
  ['a=b; sessionid=s%3Aforged.sign', 'a=b'],
  [`sessionid=${KEY}; sessionid=bad!`, ''],
  [`sessionid="${KEY}"`, ''],
  [undefined, undefined],
])('%s is nobody', (cookie, seen) => {
  expect(pass(cookie).seen).toBe(seen);
});

it.each([
  [[`sessionid=s%3A${KEY}.c2lnbg%2Bx; Path=/; HttpOnly`], [`sessionid=${KEY}; Path=/; HttpOnly`]],
  [
    ['a=b.c', `sessionid=s%3A${KEY}.sign`],
    ['a=b.c', `sessionid=${KEY}`],
  ],
  [`sessionid=s%3A${KEY}.sign; Path=/`, `sessionid=${KEY}; Path=/`],
  [['other=s%3Aabc.sign'], ['other=s%3Aabc.sign']],
  [5, 5],
])('%j is sent as %j', (set, sent) => {
  expect(pass(undefined, set).sent).toEqual(sent);
});

it('other headers are left alone, and every process has a secret of its own', () => {
  const { translate } = signedCookies('sessionid');
  const headers: [string, unknown][] = [];
  const response = { setHeader: (name: string, value: unknown) => headers.push([name, value]) };
  const value = `sessionid=s%3A${KEY}.sign`;
  translate({ headers: {} }, response, () => response.setHeader('X-Session', value));
  expect(headers).toEqual([['X-Session', value]]);
  expect(pass('a=b').secret).not.toBe(pass('a=b').secret);
});
