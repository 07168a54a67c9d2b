// Processes with a client: how long they live, and what the callbacks of theirs can do to them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '../../lib';
import { Memcached, refusingPort } from '../support';
import { adopt } from '../support/children';
import { Transpiled } from '../support/transpiled';

// The whole library is transpiled first.
jest.setTimeout(180_000);

let server: Memcached;
let library: Transpiled;
beforeAll(async () => {
  server = await Memcached.start();
  library = new Transpiled();
});
afterAll(async () => {
  library.remove();
  await server.stop();
});

/** What a script has printed when its process ended by itself. */
async function run(body: string, name = server.name, timeout = 10): Promise<string> {
  const script = `
    const { Client } = require(${JSON.stringify(library.path)});
    const print = (text) => require('node:fs').writeSync(1, String(text));
    const mc = new Client([${JSON.stringify(name)}], { socket_timeout: ${timeout} });
    process.on('exit', () => print(' end'));
    ${body}`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  adopt(child);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return code === 0 ? printed : `${printed} exit ${code}`;
}

it('ends when nothing was asked', async () => {
  expect(await run('')).toBe(' end');
});

it('waits for what was asked, and ends with the connection open', async () => {
  expect(await run("mc.set('p', 1).then(() => mc.get('p')).then(print);")).toBe('1 end');
  expect(await run("mc.get_multi(['p', 'q']).then((found) => print(found.size));")).toBe('1 end');
});

it('sends what expects no reply before it ends', async () => {
  expect(await run("mc.set('q', 5, { noreply: true });")).toBe(' end');
  const mc = new Client([server.name]);
  while ((await mc.get('q')) !== 5) await new Promise((resolve) => setImmediate(resolve));
  mc.disconnect_all();
});

it('waits for the timeout of a server that does not answer, and no longer', async () => {
  const frozen = await Memcached.start();
  await frozen.freeze();
  expect(await run("mc.get('k').then(print);", frozen.name, 0.3)).toBe('null end');
  await frozen.stop();
});

it('waits for a call made in the same tick as one that was given up', async () => {
  const given = `mc.get('p', { signal: controller.signal }).catch(() => print('given up '));`;
  const body = `const controller = new AbortController(); ${given} controller.abort();`;
  expect(await run(`mc.set('p', 1).then(() => { ${body} mc.get('p').then(print); });`)).toBe(
    'given up 1 end',
  );
  expect(await run(`mc.set('p', 1).then(() => { ${body} });`)).toBe('given up  end');
});

it('gets its answers though its log throws, which is its own uncaught exception', async () => {
  const options = '{ debug: 1, log() { throw new Error("mine "); } }';
  const loud = `new Client([${JSON.stringify(server.name)}], ${options})`;
  const caught = "process.on('uncaughtException', (error) => print(error.message));";
  expect(await run(`${caught} mc.set('p', 1).then(() => ${loud}.add('p', 2)).then(print);`)).toBe(
    'mine false end',
  );
});

it('does not crash by what TLS refuses when it connects', async () => {
  const closed = `127.0.0.1:${await refusingPort()}`;
  const other = `new Client([${JSON.stringify(closed)}], { tls: { servername: 7 } })`;
  expect(await run(`${other}.get('k').catch((error) => print(error.name));`)).toBe('TypeError end');
});

it('ends after a failure', async () => {
  const closed = `127.0.0.1:${await refusingPort()}`;
  expect(await run("mc.set('k', 1).then(print);", closed)).toBe('0 end');
});

it('ends after disconnect_all and quit_all', async () => {
  expect(await run("mc.get('p').then(() => mc.quit_all()).then(print);")).toBe('null end');
  expect(await run("mc.get('p').then((v) => { print(v); mc.disconnect_all(); });")).toBe('1 end');
});
