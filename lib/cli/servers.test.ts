// Lists of servers: every spelling, and none that means something else than it says.
import { UsageError } from './errors';
import { parseServers } from './servers';

const names = (...texts: string[]): string[] =>
  parseServers(texts).servers.map(({ name, weight }) => `${name} ${weight}`);

it.each([
  [['cache1'], ['cache1:11211 1']],
  [['cache1:11212*3'], ['cache1:11212 3']],
  [['a,b:1 c'], ['a:11211 1', 'b:1 1', 'c:11211 1']],
  [
    ['a', 'b'],
    ['a:11211 1', 'b:11211 1'],
  ],
  [['inet:a:5'], ['a:5 1']],
  [
    ['[::1]:5', 'inet6:[::1]'],
    ['[::1]:5 1', '[::1]:11211 1'],
  ],
  [
    ['unix:/run/m.sock*2', '/run/n.sock'],
    ['unix:/run/m.sock 2', 'unix:/run/n.sock 1'],
  ],
  [['memcached://a,b:5*2/'], ['a:11211 1', 'b:5 2']],
  [['memcached:///run/m.sock'], ['unix:/run/m.sock 1']],
  [['memcached://[::1]:5'], ['[::1]:5 1']],
])('%j', (texts, expected) => {
  expect(names(...texts)).toEqual(expected);
});

it('a URL can log in and ask for TLS', () => {
  expect(parseServers(['memcacheds://ada:p%40ss%3A@a'])).toMatchObject({
    username: 'ada',
    password: 'p@ss:',
    tls: true,
  });
  expect(parseServers(['memcached://ada@a'])).not.toHaveProperty('password');
});

it.each([
  '', ',', 'a:0', 'a:65536', 'a:x', ':11211', 'a*0', 'a*100001', '::1', '[::1', 'http://a', 'a b:c',
  'memcached://', 'memcached://a/path', 'memcached://a?x=1', 'memcached://%zz:p@a', 'unix:relative',
])('%j is refused', (text) => {
  expect(() => parseServers([text])).toThrow(UsageError);
}); // prettier-ignore

it.each([
  'memcached://ada:secret@a?x',
  'memcached://ada:secret@a/path',
  'ada:secret@a',
  'ada:secret@a*0',
])('an error never shows a password: %s', (url) => {
  let message = '';
  try {
    parseServers([url]);
  } catch (error) {
    message = String(error);
  }
  expect(message).toMatch(/^UsageError: /);
  expect(message).not.toContain('secret');
});
