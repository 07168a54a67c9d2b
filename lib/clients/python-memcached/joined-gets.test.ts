// Gets of one tick share a line, which a proxy refuses when it misses one server of many: then each is asked alone, as Python asks.

import { startScripted, type Script, type ScriptedServer } from '../../testing/scripted-server';
import { Client } from './client';
import type { ClientOptions } from './options';

const REFUSED = 'SERVER_ERROR Connection refused\r\n';

/** What a proxy answers whose server of every key with `dead` in it is gone, as twemproxy does. */
function proxied(line: string): string {
  const [, ...keys] = line.split(' ');
  if (keys.some((key) => key.includes('dead'))) return REFUSED;
  const known = keys.filter((key) => !key.includes('none'));
  return known.map((key) => `VALUE ${key} 16 ${key.length}\r\n${key}\r\n`).join('') + 'END\r\n';
}

/** Answers each line; `closes`: and ends the connection behind a refused one of many keys. */
function proxy(closes: boolean): Script {
  return (received, socket) => {
    for (const line of received.split('\r\n').slice(0, -1)) {
      const reply = proxied(line);
      socket.write(reply);
      if (closes && reply === REFUSED && line.split(' ').length > 2) return void socket.end();
    }
    return undefined;
  };
}

let server: ScriptedServer;
let mc: Client;

async function start(script: Script, options: ClientOptions = {}): Promise<void> {
  server = await startScripted(script);
  mc = new Client([`127.0.0.1:${server.port}`], { socket_timeout: 20, ...options });
}

afterEach(async () => {
  mc.disconnect_all();
  await server.close();
});

function getAll(...keys: string[]): Promise<unknown[]> {
  return Promise.all(keys.map((key) => mc.get(key).catch((error: Error) => error.message)));
}

it.each([false, true])('finds what is there, also where the proxy closes (%s)', async (closes) => {
  await start(proxy(closes));
  expect(await getAll('a', 'dead', 'b', 'none', 'a')).toEqual(['a', null, 'b', null, 'a']);
  const asked = server.received.join('');
  expect(asked).toMatch(/^get a dead b none a\r\n/);
  expect(asked.slice(asked.indexOf('\n') + 1)).toBe(
    'get a\r\nget dead\r\nget b\r\nget none\r\nget a\r\n',
  );
  expect(server.accepted()).toBe(2); // the first may be closing
});

it('asks each alone from then on, on later connections too', async () => {
  await start(proxy(true));
  await getAll('a', 'dead');
  mc.disconnect_all();
  expect(await getAll('a', 'b')).toEqual(['a', 'b']);
  expect(server.received.at(-1)).toBe('get a\r\nget b\r\n');
});

it('tells the refusal of a key that is refused alone, to its caller only', async () => {
  await start(proxy(false), { failure: 'raise' });
  const [a, dead] = await getAll('a', 'dead');
  expect(a).toBe('a');
  expect(dead).toContain('SERVER_ERROR Connection refused');
});

it('asks once more and no more', async () => {
  await start((received) => REFUSED.repeat(received.split('\r\n').length - 1));
  expect(await getAll('a', 'b')).toEqual([null, null]);
  expect(server.received.join('')).toBe('get a b\r\nget a\r\nget b\r\n');
});

it('keeps what came before the refusal', async () => {
  await start((received) =>
    received === 'get a b\r\n' ? `VALUE a 16 1\r\nA\r\n${REFUSED}` : proxied(received.slice(0, -2)),
  );
  expect(await getAll('a', 'b')).toEqual(['A', 'b']);
});

it('asks nobody any more after the client was closed, or its caller has gone', async () => {
  const given = new AbortController();
  await start((received) => {
    if (received.includes('leave')) queueMicrotask(() => given.abort(new Error('gone')));
    return REFUSED;
  });
  const calls = [mc.get('leave', null, { signal: given.signal }), mc.get('b')];
  await expect(calls[0]).rejects.toThrow('gone');
  expect(await calls[1]).toBeNull();
  expect(server.received.join('')).not.toMatch(/get leave\r\n.*get leave/s);
});
