// The network between a client and its model servers: carries bytes, and strikes with the faults of the table.

import type { Address, OpenSocket } from '../address';
import type { Backend } from './backends';
import { FAULTS, type Fault, type FaultName } from './faults';
import { FakeSocket, FakeTlsSocket, Pipe, type End } from './fake-socket';
import type { FakeTime } from './fake-time';
import { ModelServer } from './model-server';
import type { History } from './history';
import type { Random } from './random';

/** One connection, seen from the middle. */
export class Link {
  readonly up: Pipe;
  readonly down: Pipe;
  /** A reply that goes out behind the next one. */
  held = '';
  #request = '';
  /** While fewer bytes are there, the request is not whole. */
  #needed = 1;
  /** The server takes requests: there is no login, or it is over. */
  #isKnown: boolean;
  /** The server has closed: what arrives is not run. */
  #isOver = false;

  constructor(
    readonly network: FakeNetwork,
    readonly host: Host,
    readonly socket: FakeSocket,
  ) {
    const { time, random, cut, backend } = network;
    this.#isKnown = !backend.hasLogin;
    const over = (end: End): void => socket.finish(end);
    this.down = new Pipe(time, random, cut, (bytes) => socket.receive(bytes), over);
    this.up = new Pipe(
      time,
      random,
      cut,
      (bytes) => this.#arrive(bytes),
      () => this.close('fin'),
    );
    socket.peer = this;
  }

  get backlog(): number {
    return this.up.bytes.length;
  }

  sent(bytes: string): void {
    this.up.push(bytes);
  }

  /** The client closed: what it sent may still arrive, and much later; nothing comes back. */
  left(): void {
    this.down.close();
    if (this.network.random.chance(0.5)) this.up.end('fin');
    else this.close('fin');
  }

  /** The server, or who stands before it, closes: nothing that has not arrived is run. */
  close(end: End): void {
    this.#isOver = true;
    this.up.close();
    this.down.end(end);
    this.host.links.delete(this);
  }

  reply(text: string): void {
    this.down.push(text + this.held);
    this.held = '';
  }

  #arrive(bytes: string): void {
    this.#request += bytes;
    if (this.network.time.now() >= this.host.frozenUntil) this.serve();
  }

  /** Runs all requests that have arrived whole. */
  serve(): void {
    while (!this.#isOver && this.#request.length >= this.#needed) {
      const all = this.#request;
      const size = (this.#needed = this.network.backend.speech.needs(all));
      if (all.length < size) return;
      this.#request = all.slice(size);
      this.#needed = 1;
      if (this.#isKnown) this.#run(all.slice(0, size));
      else this.#logIn(all.slice(0, size));
    }
  }

  #run(request: string): void {
    const { network, host } = this;
    if (network.strike('request', this, request)) return;
    const reply = network.backend.speech.run(request, host.server);
    if (reply === undefined || network.strike('reply', this, reply)) return;
    this.reply(reply);
  }

  #logIn(request: string): void {
    const { network } = this;
    const said = network.backend.speech.login(request);
    if (said === undefined) network.history.accuse('crash', '', 'a request before the login');
    else if (!network.strike('login', this, request)) {
      this.#isKnown = said.isDone;
      this.reply(said.reply);
    }
  }
}

/** One server with its connections. */
export class Host {
  readonly server = new ModelServer();
  readonly links = new Set<Link>();
  frozenUntil = 0;

  constructor(readonly network: FakeNetwork) {}

  /** Stops answering for `ms` milliseconds; then what came meanwhile is run. */
  freeze(ms: number): void {
    const { time } = this.network;
    this.frozenUntil = time.now() + ms;
    time.after(ms, () => {
      for (const link of [...this.links]) link.serve();
    });
  }

  closeAll(end: End): void {
    for (const link of [...this.links]) link.close(end);
  }
}

export class FakeNetwork {
  readonly hosts: readonly Host[];
  /** The most bytes that arrive at once. */
  readonly cut: number;
  /** Sockets that the client has not closed, by server. */
  readonly open: Set<FakeSocket>[];
  /** How often each fault struck. */
  readonly struck = new Map<FaultName, number>();
  readonly #enabled: readonly (readonly [FaultName, number])[];
  #isCalm = false;

  /** @param enabled faults with their probabilities */
  constructor(
    readonly time: FakeTime,
    readonly random: Random,
    readonly history: History,
    readonly backend: Backend,
    servers: number,
    enabled: readonly (readonly [FaultName, number])[],
  ) {
    this.#enabled = enabled;
    this.cut = random.chance(0.2) ? 1 + random.int(40) : Infinity;
    this.hosts = Array.from({ length: servers }, () => new Host(this));
    this.open = this.hosts.map(() => new Set());
  }

  /** No more faults. What is broken stays broken: a silent connection stays silent. */
  calm(): void {
    this.#isCalm = true;
  }

  readonly connect: OpenSocket = (address, onread) => {
    const number = portOf(address);
    if (onread === undefined) throw new TypeError('there is no TLS here');
    const socket = new (this.backend.isSecured ? FakeTlsSocket : FakeSocket)(onread);
    const sockets = this.open[number];
    const host = this.hosts[number];
    if (host === undefined || sockets === undefined) throw new Error(`no server ${number}`);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const link = new Link(this, host, socket);
    if (!this.strike('connect', link, '')) {
      this.time.after(this.random.next(), () => this.accept(link));
    }
    return socket.asSocket();
  };

  accept(link: Link): void {
    if (link.socket.destroyed) return;
    link.host.links.add(link);
    if (!this.backend.isSecured) link.socket.ready();
    else if (!this.strike('handshake', link, '')) {
      this.time.after(this.random.next() * 3, () => link.socket.ready());
    }
  }

  /** Lets a fault happen, or none; true when it has done what would have happened otherwise. */
  strike(where: Fault['where'], link: Link, text: string): boolean {
    if (this.#isCalm) return false;
    for (const [name, probability] of this.#enabled) {
      const fault: Fault = FAULTS[name];
      if (fault.where !== where || !this.random.chance(probability)) continue;
      const { kinds, namesRequests } = this.backend.speech;
      if (fault.fits !== undefined && !kinds[fault.fits](text)) continue;
      this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
      this.history.waive(fault.waives);
      if (!namesRequests) this.history.waive(fault.waivesUnnamed ?? []);
      fault.strike(link, text);
      return fault.goesOn !== true;
    }
    return false;
  }
}

function portOf(address: Address): number {
  if (address.kind === 'unix') throw new Error('the simulated servers listen on ports');
  return address.port;
}
