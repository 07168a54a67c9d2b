// What a process and its machine do: no file descriptors, no ports, no network, workers, 10,000 reconnects.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Memcached } from '../../support';
import { adopt } from '../../support/children';
import { Transpiled } from '../../support/transpiled';

/** On a busy machine; no test waits for it. */
jest.setTimeout(120_000);

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

interface Run {
  /** Arguments of node. */
  readonly node?: readonly string[];
  /** A shell line around it; `"$@"` is node with its arguments. */
  readonly shell?: string;
}

/** What a script prints. `mc` is a client of `server` that raises; `code(call)` tells how a call ends. */
async function run(body: string, { node = [], shell = 'exec "$@"' }: Run = {}): Promise<string> {
  const script = `
    const library = ${JSON.stringify(library.path)};
    const { Client } = require(library);
    const name = ${JSON.stringify(server.name)};
    const options = { socket_timeout: 0.3, dead_retry: 0, failure: 'raise' };
    const print = (text) => require('node:fs').writeSync(1, text + '\\n');
    const code = (call) => call.then((answer) => 'answered ' + answer, (error) => error.code);
    process.on('unhandledRejection', (error) => { print('unhandled ' + error); process.exit(1); });
    const main = async () => { ${body} };
    main();`;
  const file = `${library.path}.script.cjs`; // beside it, removed with it
  writeFileSync(file, script);
  const args = ['-c', shell, 'sh', process.execPath, ...node, file];
  const child = spawn('bash', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  adopt(child);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number];
  return status === 0 ? printed.trim() : `${printed.trim()} exit ${status}`;
}

/** Why this machine gives no network of our own; undefined where it does. */
function refusalOfNamespaces(): string | undefined {
  const { status, error, stderr } = spawnSync('unshare', ['-n', 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

const refusal = refusalOfNamespaces();

/** A test in a network of its own. Where there is none, it says why, and holds that this is lacking rights or a lacking tool. */
function inNamespace(name: string, test: () => Promise<void>): void {
  if (refusal === undefined) return it(name, test);
  process.stdout.write(`not tested here, ${name}: ${refusal}\n`);
  it(`${name} (not on this machine: ${refusal})`, () => {
    expect(refusal).toMatch(/Operation not permitted|Permission denied|ENOENT|not found/);
  });
}

const NAMESPACE = 'unshare -n bash -c \'ip link set lo up; exec "$@"\' sh "$@"';

inNamespace('row 10: the link goes down under a connection: the next call ends in time, and it heals', async () => {
  const body = `
    const { execFileSync, spawn } = require('node:child_process');
    const user = process.getuid() === 0 ? ['-u', 'root'] : [];
    const memcached = spawn('memcached', ['-l', '127.0.0.1', '-p', '11211', '-U', '0', ...user]);
    process.on('exit', () => memcached.kill('SIGKILL'));
    const mc = new Client(['127.0.0.1:11211'], options);
    while (await code(mc.set('k', 1)) !== 'answered true');
    const lo = (state) => execFileSync('ip', ['link', 'set', 'lo', state]);
    lo('down');
    print(await code(mc.get('k')));
    lo('up');
    while (await code(mc.get('k')) !== 'answered 1');
    print('healed');
    memcached.kill('SIGKILL');`;
  expect(await run(body, { shell: NAMESPACE })).toBe('TIMEOUT\nhealed');
}); // prettier-ignore

it('row 46: no file descriptor left: an error, no crash, and recovery', async () => {
  const body = `
    const { openSync, closeSync } = require('node:fs');
    const mc = new Client([name], options);
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch (error) { print(error.code); }
    print(await code(mc.get('fds')));
    for (const fd of taken) closeSync(fd);
    print(await code(mc.get('fds')));
    mc.disconnect_all();`;
  const shell = 'ulimit -n 60; exec "$@"';
  expect(await run(body, { shell })).toBe('EMFILE\nCONNECTION\nanswered null');
});

inNamespace('row 48: no port left: an error, and recovery', async () => {
  const body = `
    const net = require('node:net');
    const listener = net.createServer().listen(9000, '127.0.0.1');
    listener.on('connection', (socket) => socket.on('error', () => undefined));
    await new Promise((done) => listener.on('listening', done));
    const range = '/proc/sys/net/ipv4/ip_local_port_range';
    require('node:fs').writeFileSync(range, '40000 40003');
    const taken = [];
    for (;;) {
      const socket = net.connect(9000, '127.0.0.1');
      const ended = await new Promise((done) => socket.on('connect', () => done()).on('error', done));
      if (ended !== undefined) { print(ended.code); break; }
      taken.push(socket);
    }
    const mc = new Client(['127.0.0.1:9000'], options);
    print(await code(mc.get('k')));
    for (const socket of taken) socket.resetAndDestroy();
    listener.on('connection', (socket) => socket.on('data', () => socket.write('END\\r\\n')));
    for (let ended; ended !== 'answered null'; ) ended = await code(mc.get('k'));
    print('healed');
    process.exit();`;
  expect(await run(body, { shell: NAMESPACE })).toBe('EADDRNOTAVAIL\nCONNECTION\nhealed');
});

it('row 64: 10,000 reconnects: heap and handles stay flat', async () => {
  const body = `
    const mc = new Client([name], { ...options, socket_timeout: 10 });
    const round = async (count) => {
      for (let i = 0; i < count; i++) {
        const calls = [mc.get('k'), mc.incr('nothing')];
        if (i % 2 === 0) await Promise.all(calls);
        mc.disconnect_all();
        await Promise.allSettled(calls);
      }
      await new Promise((done) => setTimeout(done, 20));
      gc(); gc();
      return process.memoryUsage().heapUsed;
    };
    await round(2000);
    const before = await round(4000);
    const after = await round(4000);
    print(after - before < 400_000 ? 'flat' : 'grew by ' + (after - before));
    print(process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length);`;
  expect(await run(body, { node: ['--expose-gc'] })).toBe('flat\n0');
}, 30_000);

it('row 64: 3,600,000 calls, an hour of 1,000 a second: the heap stays flat', async () => {
  const body = `
    const mc = new Client([name], { ...options, socket_timeout: 60 });
    const CALLERS = 256;
    const work = async (calls, caller) => {
      for (let i = caller; i < calls; i += CALLERS) {
        const key = 'k' + (i % 1000);
        if (i % 10 === 0) await mc.set(key, 'value of ' + key);
        else if (i % 10 === 1) await mc.incr('n');
        else await mc.get(key);
      }
    };
    const round = async (calls) => {
      await Promise.all(Array.from({ length: CALLERS }, (_, caller) => work(calls, caller)));
      gc(); gc();
      return process.memoryUsage().heapUsed;
    };
    await round(200_000);
    const before = await round(1_700_000);
    const after = await round(1_700_000);
    print(after - before < 400_000 ? 'flat' : 'grew by ' + (after - before));
    mc.disconnect_all();`;
  expect(await run(body, { node: ['--expose-gc'] })).toBe('flat');
}, 180_000);

it('row 66: worker threads: each has connections of its own, a client that is sent arrives without methods', async () => {
  const body = `
    const { isMainThread, parentPort, Worker } = require('node:worker_threads');
    const mc = new Client([name], options);
    if (!isMainThread) return parentPort.postMessage(await mc.get('shared'));
    await mc.set('shared', 'v');
    print(typeof structuredClone(mc).get);
    const workers = [1, 2].map(() => new Worker(__filename));
    print(await Promise.all(workers.map((each) => new Promise((done) => each.on('message', done)))));
    mc.disconnect_all();`;
  expect(await run(body)).toBe('undefined\nv,v');
});

it('row 66: cluster: each process has connections of its own', async () => {
  const body = `
    const cluster = require('node:cluster');
    const mc = new Client([name], options);
    if (cluster.isWorker) {
      await Promise.all(Array.from({ length: 100 }, () => mc.incr('c')));
      return process.exit();
    }
    await mc.set('c', 0);
    const workers = [1, 2, 3].map(() => cluster.fork());
    await Promise.all(workers.map((each) => new Promise((done) => each.on('exit', done))));
    print(await mc.get('c'));`;
  expect(await run(body)).toBe('300');
});
