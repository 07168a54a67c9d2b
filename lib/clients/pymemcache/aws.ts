// pymemcache's AWSElastiCacheHashClient: a HashClient that asks the cluster itself for its servers.

import { tell } from '../../engine/events';
import type { ServerSpec } from '../../engine/server';
import { ValueError } from '../../errors';
import { bind, isNamed, signalOf } from '../shared/arguments';
import { Calls } from './calls';
import { MemcacheUnknownCommandError, MemcacheUnknownError } from './exceptions';
import { untilAborted } from './fleet';
import { HashClient } from './hash';
import type { HashClientArguments, HashClientOptions, HasherSource } from './hash-options';
import { parseServer } from './server-string';
import type { CallOptions } from './signatures';

export interface AWSElastiCacheHashClientOptions extends HashClientOptions {
  /** Connect to the servers' addresses (default), or to their names. */
  use_vpc?: boolean;
}

/** `hasher` by position, and all parameters by name in a last object. */
export type AWSElastiCacheHashClientArguments =
  | [options?: AWSElastiCacheHashClientOptions]
  | [hasher: HasherSource, options?: Omit<AWSElastiCacheHashClientOptions, 'hasher'>];

/** A name with a dot, or an IPv4 address with or without brackets; and a port (aws_ec_client.py, _RE_AWS_ENDPOINT). */
const ENDPOINT = /^(?:(?:[\w-]{0,61}\w\.)+\w{1,6}|\[(?:\d{1,3}\.){3}\d{1,3}\]):\d{1,5}$/;

// CONFIG cluster 0 <bytes>\r\n<version>\n<name>|<address>|<port> <name>|<address>|<port>...\n\r\n, before END\r\n
const CONFIGURATION = /^CONFIG cluster \d+ \d+\r\n\d+\n([^\r\n]+)\n\r\n$/;
const SERVER = /^([\w.-]+)\|([\w.:-]*)\|(\d{1,5})$/;

const RECONFIGURE = {
  method: 'reconfigure_nodes',
  required: 1,
  names: [],
  namedOnly: ['signal'],
};

/** Its servers are those that the cluster's configuration endpoint names. */
export class AWSElastiCacheHashClient extends HashClient {
  readonly #endpoint: ServerSpec;
  readonly #usesAddresses: boolean;
  /** What asks the endpoint, and its answer. */
  #asking: { readonly calls: Calls; readonly done: Promise<void> } | undefined;

  /**
   * Asks nothing yet: the first call does, and rejects where that fails; the next one asks again.
   * @param cfg_node `name:port` of the configuration endpoint
   * @param rest HashClient's parameters, and `use_vpc`
   * @throws {ValueError} no such endpoint; a value that cannot be used
   * @throws {TypeError} a parameter of the wrong type, or an unknown one
   */
  constructor(cfg_node: string, ...rest: AWSElastiCacheHashClientArguments) {
    const [use_vpc, others] = withoutVpc(rest);
    super([], ...(others as HashClientArguments));
    if (typeof cfg_node !== 'string') throw new TypeError('cfg_node must be a string');
    if (!ENDPOINT.test(cfg_node))
      throw new ValueError(`Invalid AWS ElastiCache endpoint value '${cfg_node}'`);
    this.#endpoint = parseServer(cfg_node);
    this.#usesAddresses = Boolean(use_vpc ?? true);
    this.fleet.prepare = () => this.#reconfigure();
  }

  override close(): void {
    this.#asking?.calls.engine.disconnect();
    super.close();
  }

  /**
   * Asks for the servers again, after nodes were added to the cluster or removed from it. Servers that stay keep their
   * connections; requests to the others finish. Where this fails, the servers are those from before.
   * @throws {MemcacheUnknownCommandError} the endpoint has no configuration: a serverless cache, or no ElastiCache
   * @throws {MemcacheUnknownError} what it answers names no servers
   */
  async reconfigure_nodes(options?: CallOptions): Promise<null> {
    const [signal] = bind(RECONFIGURE, [options]);
    await untilAborted(this.#reconfigure(), signalOf(signal));
    return null;
  }

  /** One question serves all who ask at the same time. */
  #reconfigure(): Promise<void> {
    this.#asking ??= this.#ask();
    return this.#asking.done;
  }

  #ask(): { readonly calls: Calls; readonly done: Promise<void> } {
    const calls = new Calls(this.fleet.options, [this.#endpoint], {
      happened: (happening) => tell(this.events, happening),
    });
    const done = this.#discover(calls).finally(() => (this.#asking = undefined));
    return { calls, done };
  }

  async #discover(calls: Calls): Promise<void> {
    try {
      const answer = await calls.raw_command('config get cluster', ['END\r\n']);
      this.fleet.replace(serversOf(answer.toString('latin1'), this.#usesAddresses));
      this.fleet.prepare = undefined;
    } catch (error) {
      if (!(error instanceof MemcacheUnknownCommandError)) throw error;
      const { name } = this.#endpoint;
      throw new MemcacheUnknownCommandError(
        `${name} has no cluster configuration: it is a serverless cache, or no ElastiCache at all`,
        { cause: error },
      );
    }
  }
}

/** `use_vpc`, and the arguments without it. */
function withoutVpc(
  rest: AWSElastiCacheHashClientArguments,
): [use_vpc: unknown, others: readonly unknown[]] {
  const last: unknown = rest.at(-1);
  if (!isNamed(last)) return [undefined, rest];
  const { use_vpc, ...named } = last;
  return [use_vpc, [...rest.slice(0, -1), named]];
}

/** @throws {MemcacheUnknownError} it names no servers, or not as a configuration does */
function serversOf(configuration: string, usesAddresses: boolean): ServerSpec[] {
  const [, line] = CONFIGURATION.exec(configuration) ?? [];
  if (line === undefined) throw unknown(configuration);
  return line.split(' ').map((server) => {
    const [, name, address, port] = SERVER.exec(server) ?? [];
    if (name === undefined || port === undefined) throw unknown(server);
    // A node that has no address is found by its name.
    return parseServer([(usesAddresses && address) || name, port]);
  });
}

function unknown(text: string): MemcacheUnknownError {
  return new MemcacheUnknownError(
    `no cluster configuration: ${JSON.stringify(text.slice(0, 100))}`,
  );
}
