import { transportOf, type TransportName } from './transport';

function take(given: Partial<Record<TransportName, unknown>>): ReturnType<typeof transportOf> {
  return transportOf((name) => given[name]);
}

it('takes TLS options and credentials, null standing for neither', () => {
  const tls = { servername: 'cache' };
  expect(take({})).toEqual({ tls: undefined, auth: undefined });
  expect(take({ tls: null, username: null, password: null })).toEqual(take({}));
  expect(take({ tls, username: 'u', password: '' })).toEqual({
    tls,
    auth: { username: 'u', password: '' },
  });
});

it.each([
  [{ tls: true }, 'tls must be an object'],
  [{ tls: [] }, 'tls must be an object'],
  [{ username: 'u' }, 'together'],
  [{ password: 'p' }, 'together'],
  [{ username: 'u', password: null }, 'together'],
  [{ username: 5, password: 'p' }, 'username must be a string'],
  [{ username: 'u', password: Buffer.from('secret') }, 'password must be a string'],
])('refuses %j', (given, message) => {
  expect(() => take(given)).toThrow(TypeError);
  expect(() => take(given)).toThrow(message);
});
