// TLS against a real memcached -Z, and against servers that are not who they should be; shared with pymemcache.

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type Server } from 'node:tls';
import { Client, MemcacheError, TlsError, type ClientOptions } from '../../lib';
import type { ServerEvent } from '../../lib/engine/events';
import { FaultProxy } from '../reliability/proxy';
import { Memcached, Python } from '../support';
import { Authority, tlsArgs, type Identity } from './authority';

jest.setTimeout(30_000);

let authority: Authority;
let good: Identity;
let server: Memcached;
const clients: Client[] = [];

beforeAll(async () => {
  authority = new Authority();
  good = authority.issue();
  server = await Memcached.start({ args: tlsArgs(good) });
});
afterEach(() => {
  for (const mc of clients.splice(0)) mc.disconnect_all();
});
afterAll(async () => {
  await server.stop();
  authority.remove();
});

function client(name: string, tls: ClientOptions['tls'], options: ClientOptions = {}): Client {
  const all: ClientOptions = { socket_timeout: 20, failure: 'raise', dead_retry: 0, ...options };
  const mc = new Client([name], tls === undefined ? all : { ...all, tls });
  clients.push(mc);
  return mc;
}

/** What a call ends with. */
async function failure(mc: Client): Promise<MemcacheError> {
  const error: unknown = await mc.get('k').catch((thrown: unknown) => thrown);
  if (error instanceof MemcacheError) return error;
  throw new Error(`answered ${String(error)}`);
}

describe('with a server that is who it should be', () => {
  it('stores, reads, counts, and asks about the server, values of every size', async () => {
    const mc = client(server.name, { ca: authority.root.cert });
    const big = 'x'.repeat(900_000);
    expect(await mc.set_multi({ small: 'v', n: 1, big })).toEqual([]);
    expect(await mc.get_multi(['small', 'big', 'none'])).toEqual(new Map([['small', 'v'], ['big', big]]));
    expect(await mc.incr('n')).toBe(2);
    const many = Array.from({ length: 500 }, (_, i) => `k${i}`);
    expect(await Promise.all(many.map((key) => mc.set(key, key)))).toEqual(many.map(() => true));
    expect(await Promise.all(many.map((key) => mc.get(key)))).toEqual(many);
    expect((await mc.get_stats('settings'))[0]?.[1]['ssl_enabled']).toBe('yes');
  }); // prettier-ignore

  it('finds it by name and by address', async () => {
    const tls = { ca: authority.root.cert };
    await client(server.name, tls).set('k', 1);
    expect(await client(`localhost:${server.port}`, tls).get('k')).toBe(1);
  });

  it('takes the name that the certificate must have from servername', async () => {
    const named = authority.issue({ subjectAltName: 'DNS:cache.example' });
    await using other = await Memcached.start({ args: tlsArgs(named) });
    const ca = authority.root.cert;
    expect(await client(other.name, { ca, servername: 'cache.example' }).set('k', 1)).toBe(true);
    expect((await failure(client(other.name, { ca }))).code).toBe('TLS');
  });

  it('shows its own certificate where the server asks for one, and is refused without', async () => {
    const args = tlsArgs(good, `ssl_ca_cert=${authority.root.certFile}`, 'ssl_verify_mode=2');
    await using mutual = await Memcached.start({ args });
    const { cert, key } = authority.issue();
    const ca = authority.root.cert;
    expect(await client(mutual.name, { ca, cert, key }).set('k', 1)).toBe(true);
    const { code, message } = await failure(client(mutual.name, { ca }));
    // Under TLS 1.3 the refusal follows the handshake; where the request broke it off, as a reset.
    expect(['TLS', 'CONNECTION']).toContain(code);
    expect(message).toMatch(/certificate required|ECONNRESET|EPIPE|closed/);
  });

  it('shares entries with pymemcache, both ways', async () => {
    await using python = await Python.start({ modules: ['pymemcache'] });
    await python.exec(
      'import ssl, pymemcache\n' +
        'context = ssl.create_default_context(cafile=ca)\n' +
        "mc = pymemcache.Client(('localhost', port), tls_context=context)",
      { ca: authority.root.certFile, port: server.port },
    );
    const ours = client(server.name, { ca: authority.root.cert });
    expect(await python.eval("mc.set('theirs', b'1 and 2', noreply=False)")).toBe(true);
    expect(await ours.get('theirs')).toEqual(Buffer.from('1 and 2'));
    await ours.set('ours', 'text');
    expect(await python.eval("mc.get('ours')")).toEqual(Buffer.from('text'));
  });
});

describe('with a server that is not', () => {
  const ca = (): string => authority.root.cert;
  it.each<[string, () => Identity, RegExp]>([
    ['expired', () => authority.issue({ days: -1 }), /expired/],
    ['of another name', () => authority.issue({ subjectAltName: 'DNS:other.example,IP:10.0.0.1' }), /altnames/],
    ['of an authority that nobody knows', () => new Authority('stranger').issue(), /unable to verify|issuer/],
    ['self-signed', () => new Authority('nobody').root, /self-signed/],
  ])('row 53: refuses a certificate that is %s, and sends nothing', async (_name, identity, reason) => {
    const { cert, key } = identity();
    await using scripted = await TlsScript.start({ cert, key });
    const mc = client(`localhost:${scripted.port}`, { ca: ca() });
    const error = await failure(mc);
    expect(error).toBeInstanceOf(TlsError);
    expect(error.message).toMatch(reason);
    expect(error.server).toBe(`localhost:${scripted.port}`);
    expect(scripted.received).toBe('');
  }); // prettier-ignore

  it('trusts no certificate of its own making without the authority', async () => {
    expect((await failure(client(server.name, {}))).code).toBe('TLS');
  });

  it('is not moved by NODE_TLS_REJECT_UNAUTHORIZED, only by its own option', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect((await failure(client(server.name, {}))).code).toBe('TLS');
      expect(await client(server.name, { rejectUnauthorized: false }).set('k', 1)).toBe(true);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('row 53: never speaks in clear to a server without TLS', async () => {
    await using plain = await Memcached.start();
    const mc = client(plain.name, { ca: ca() });
    expect(await failure(mc)).toMatchObject({ code: 'TLS', message: 'wrong version number' });
    const received = await listened((port) => failure(client(`127.0.0.1:${port}`, { ca: ca() }, { socket_timeout: 0.2 })));
    expect(received.length).toBeGreaterThan(0);
    expect(received.toString('latin1')).not.toContain('get');
  }); // prettier-ignore

  it('fails where TLS is spoken and not expected', async () => {
    expect((await failure(client(server.name, undefined))).code).toBe('CONNECTION');
  });

  it('row 53: refuses what is older than TLS 1.2, however it came', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const { cert, key } = good;
    await using scripted = await TlsScript.start({ cert, key, ...old });
    const name = `localhost:${scripted.port}`;
    expect((await failure(client(name, { ca: ca() }))).code).toBe('TLS');
    expect(() => client(name, { ca: ca(), minVersion: 'TLSv1.1' })).toThrow('TLS begins at 1.2');
    const secureContext = createSecureContext({ ca: ca(), ...old });
    const error = await failure(client(name, { secureContext }));
    expect(error).toMatchObject({ code: 'TLS', message: 'the server speaks TLSv1.1' });
    expect(scripted.received).toBe('');
  }); // prettier-ignore

  it('tells certificates and keys that cannot be used when the client is made', () => {
    expect(() => client(server.name, { ca: 'x', key: 'nonsense', cert: 'nonsense' })).toThrow();
    expect(() => client(server.name, true as never)).toThrow(TypeError);
  });

  it('tells of it as of any failed server, and comes back with a good certificate', async () => {
    const bad = authority.issue({ subjectAltName: 'DNS:other.example' });
    const first = await Memcached.start({ args: tlsArgs(bad) });
    const mc = client(first.name, { ca: ca() }, { failure: 'miss', dead_retry: 30 });
    const events: ServerEvent[] = [];
    mc.events.on('dead', (event) => events.push(event));
    expect([await mc.get('k'), await mc.set('k', 1)]).toEqual([null, 0]);
    expect(events).toMatchObject([{ server: first.name, cause: { code: 'TLS' } }]);
    await first.stop();
    await using second = await Memcached.start({ args: tlsArgs(good), port: first.port });
    mc.forget_dead_hosts();
    expect(second.name).toBe(first.name);
    expect(await mc.set('k', 1)).toBe(true);
  });

  it('ends within the deadline when the handshake hangs', async () => {
    const received = await listened(async (port) => {
      const mc = client(`127.0.0.1:${port}`, {}, { socket_timeout: 0.1 });
      expect(await failure(mc)).toMatchObject({ code: 'TIMEOUT', message: 'no connection within 100 ms' });
    });
    expect(received[0]).toBe(0x16); // a hello, and nothing else
  }); // prettier-ignore
});

describe('the name in the hello', () => {
  it.each([
    ['localhost', 'localhost', undefined],
    ['127.0.0.1', false, undefined],
    ['127.0.0.1', 'localhost', 'localhost'],
  ])('for %s is %s', async (host, expected, servername) => {
    await using scripted = await TlsScript.start({ cert: good.cert, key: good.key }, 'END\r\n');
    const tls = { ca: authority.root.cert, ...(servername !== undefined && { servername }) };
    expect(await client(`${host}:${scripted.port}`, tls).get('k')).toBeNull();
    expect(scripted.names).toEqual([expected]);
    expect(scripted.received).toBe('get k\r\n');
  });
});

describe('records', () => {
  it('row 54: in pieces of any size are joined', async () => {
    await using proxy = await FaultProxy.start(server, { framing: 'opaque' });
    const mc = client(proxy.name, { ca: authority.root.cert });
    const value = 'VALUE k 0 1\r\nEND\r\n'.repeat(200);
    for (const split of [1, 2, 7, 1000]) {
      await proxy.set({ split });
      mc.disconnect_all();
      expect(await mc.set('k', value)).toBe(true);
      expect(await mc.get('k')).toBe(value);
    }
  });

  it.each(['truncate', 'reset'] as const)('row 54: cut anywhere (%s) without a goodbye are an error, and no part of a value', async (fault) => {
    await using proxy = await FaultProxy.start(server, { framing: 'opaque' });
    const mc = client(proxy.name, { ca: authority.root.cert });
    await mc.set('k', 'A\r\nEND\r\n');
    for (let after = 0; after < 70; after += 3) {
      expect(await mc.get('k')).toBe('A\r\nEND\r\n');
      await proxy.set({ [fault]: after });
      const answer = await mc.get('k').catch((error: unknown) => (error as MemcacheError).code);
      expect(['A\r\nEND\r\n', 'CONNECTION', 'TLS']).toContain(answer);
      await proxy.heal();
      mc.disconnect_all();
    }
  }); // prettier-ignore

  it('row 54: a value that ends early inside TLS is an error and no value', async () => {
    const { cert, key } = good;
    await using scripted = await TlsScript.start({ cert, key }, 'VALUE k 16 10\r\n01234', 'cut');
    const mc = client(`localhost:${scripted.port}`, { ca: authority.root.cert });
    expect(['CONNECTION', 'TLS']).toContain((await failure(mc)).code);
  });
});

/** What comes to a plain socket that says nothing, until the call has ended. */
async function listened(call: (port: number) => Promise<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const listener = createServer((socket) => {
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  await call((listener.address() as AddressInfo).port);
  listener.close();
  await once(listener, 'close');
  return Buffer.concat(chunks);
}

/** A TLS server that answers everything with one reply. */
class TlsScript implements AsyncDisposable {
  received = '';
  /** What clients said whom they look for; false: nothing. */
  readonly names: (string | false | null)[] = [];
  readonly #server: Server;

  private constructor(
    options: Parameters<typeof createTlsServer>[0],
    reply: string,
    after: 'cut' | undefined,
  ) {
    this.#server = createTlsServer(options, (socket) => {
      this.names.push(socket.servername);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        this.received += bytes.toString('latin1');
        socket.write(reply, 'latin1', () => after === 'cut' && socket.destroy());
      });
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(
    options: Parameters<typeof createTlsServer>[0],
    reply = '',
    after?: 'cut',
  ): Promise<TlsScript> {
    const script = new TlsScript(options, reply, after);
    script.#server.listen(0, 'localhost');
    await once(script.#server, 'listening');
    return script;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await new Promise(setImmediate);
  }
}
