// Servers that leave doubt: deaf, back with other data, or objecting to what asked for no reply.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '../../../lib';
import { adopt } from '../../support/children';
import { BACKENDS, BINARY_BACKENDS, TEXT_BACKENDS } from './backends';
import type { BinaryCaller, Caller } from './caller';
import { codeOf, codesOf, expectInStep, HASTY, Lab, PATIENT, surely } from './lab';

/** On a busy machine; no test waits for it. */
jest.setTimeout(120_000);

/** Answers every line with END; the first connection is deaf after one. */
const DEAF = `
import socket
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
first, _ = listener.accept()
first.recv(4096)
first.sendall(b'END\\r\\n')
first.shutdown(socket.SHUT_RD)
second, _ = listener.accept()
while second.recv(4096): second.sendall(b'END\\r\\n')
`;

it('row 16: a server that shuts its read side: the next call ends in time, the one behind it is answered', async () => {
  const server = spawn('/usr/bin/python3', ['-c', DEAF], { stdio: ['ignore', 'pipe', 'inherit'] });
  adopt(server);
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  const mc = new Client([`127.0.0.1:${port.toString().trim()}`], HASTY);
  expect(await mc.get('k')).toBeNull();
  expect(await codeOf(mc.get('k'))).toBe('TIMEOUT');
  expect(await mc.get('k')).toBeNull();
  mc.disconnect_all();
  await once(server, 'close');
}); // prettier-ignore

const WHEN = ['in the same tick', 'later'] as const;

describe.each(BACKENDS)('$name', (backend) => {
  let lab: Lab<Caller>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it('row 18: restarted with other data: reads are of the new data, an id from before is only a number', async () => {
    const mc = lab.client({ ...HASTY, cache_cas: true });
    await mc.set_multi({ k: 'old', chance: 'old' });
    for (const key of ['k', 'chance']) await mc.gets(key);
    await lab.server.kill();
    await lab.server.restart();
    const writer = new Client([lab.server.name], { ...PATIENT, ...backend.user });
    for (const key of ['first', 'chance', 'k']) await writer.set(key, 'new');
    await surely(() => mc.get('k'));
    expect(await mc.get_multi(['k', 'chance', 'first'])).toEqual(new Map([['k', 'new'], ['chance', 'new'], ['first', 'new']]));
    expect(await mc.cas('k', 'mine')).toBe(false);
    expect(await mc.cas('chance', 'mine')).toBe(true); // the second change of both lives: not promised otherwise
    await mc.gets('k');
    await writer.set('k', 'newer');
    expect([await mc.cas('k', 'mine'), await mc.get('k')]).toEqual([false, 'newer']);
    writer.disconnect_all();
    await expectInStep(mc);
  }); // prettier-ignore
});

describe.each(TEXT_BACKENDS)('$name, silently', (backend) => {
  let lab: Lab<Client>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it.each(WHEN)('row 65: a silent request that the server objects to, and others %s: none is answered by the objection', async (when) => {
    const mc = lab.client({ ...PATIENT, check_keys: false, server_max_key_length: 0 });
    await mc.set_multi({ k: 'v', n: 0 });
    // memcached refuses the key without a word, and reads the data as a command: CLIENT_ERROR, which an incr may well get.
    const silent = mc.set('k'.repeat(251), 'incr n x', { noreply: true });
    if (when === 'later') expect(await silent).toBe(true);
    const calls = [mc.get('k'), mc.incr('n'), mc.incr('n'), mc.get('n'), mc.get_multi(['k', 'n']), mc.delete('gone')];
    expect(await codesOf(calls)).toEqual({ PROTOCOL: calls.length });
    expect(await silent).toBe(true);
    const n = Number(await mc.get('n'));
    expect(await Promise.all([mc.incr('n'), mc.get('k'), mc.incr('n')])).toEqual([n + 1, 'v', n + 2]);
    expect(lab.happened).not.toContain('dead');
    await expectInStep(mc);
  }); // prettier-ignore
});

describe.each(BINARY_BACKENDS)('$name, silently', (backend) => {
  let lab: Lab<BinaryCaller>;
  beforeEach(async () => {
    lab = await Lab.start(backend);
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  it.each(WHEN)('row 65: a silent request that the server objects to, and others %s: the objection is no reply to them', async (when) => {
    const mc = lab.client(PATIENT);
    await mc.set_multi({ k: 'v', n: 0 });
    const silent = mc.silently(true, (client) => client.set('k', 'x'.repeat(2_000_000)));
    if (when === 'later') expect(await silent).toBe(true);
    const calls = [mc.incr('n'), mc.incr('n'), mc.get('n'), mc.get('nothing'), mc.get_multi(['n', 'nothing'])];
    expect(await Promise.all(calls)).toEqual([1, 2, 2, null, new Map([['n', 2]])]);
    expect(await silent).toBe(true);
    expect(await mc.get('k')).toBeNull(); // refused, and the old value with it
    expect(lab.happened).toEqual(['alive']);
    await expectInStep(mc);
  }); // prettier-ignore
});
