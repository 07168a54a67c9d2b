// Rendezvous hashing: each server has a score for each key, and the highest wins, as python-clandestined has it.

import { finish, mixBlock, scramble } from './block-hashes';
import type { Place, Placement, PlacementFactory } from './placement';

/** MurmurHash3 of `server-`, as far as it goes: whole blocks are mixed in, the bytes of the next one wait. */
interface Scorer {
  readonly index: number;
  readonly name: string;
  readonly state: number;
  readonly block: number;
  readonly length: number;
}

const SURROGATE = /[\ud800-\udfff]/;

/**
 * The score is MurmurHash3 of the text `server-key`, where each code point counts as its lowest byte, not as utf-8
 * (pymemcache's murmur3.py). So the spot of a key is the text that Python's `%s` makes of it: the text itself, or the repr of bytes.
 * A server of weight 0 or less has no key; other weights do not count.
 */
export const rendezvous: PlacementFactory = (servers) => seededRendezvous(servers, 0);

/** As `rendezvous`, with hashes that begin at a seed. */
export function seededRendezvous(servers: readonly Place[], seed: number): Placement {
  const scorers = [...servers.entries()].flatMap(([index, place]) =>
    place.weight > 0 ? [scorerOf(index, place, seed)] : [],
  );
  return {
    start: (key) => key,
    server: (spot) => winner(scorers, lowBytes(String(spot))),
    next: () => undefined,
  };
}

function scorerOf(index: number, { name }: Place, seed: number): Scorer {
  const text = lowBytes(`${name}-`);
  let state = seed | 0;
  let block = 0;
  for (let i = 0; i < text.length; i++) {
    block |= (text.charCodeAt(i) & 0xff) << ((i & 3) * 8);
    if ((i & 3) === 3) {
      state = mixBlock(state, block);
      block = 0;
    }
  }
  return { index, name, state, block, length: text.length };
}

/** One char for each code point, whose lowest byte is that of the code point. */
function lowBytes(text: string): string {
  if (!SURROGATE.test(text)) return text;
  return Array.from(text, (point) => String.fromCharCode((point.codePointAt(0) ?? 0) & 0xff)).join(
    '',
  );
}

function winner(scorers: readonly Scorer[], key: string): number {
  let high = -1;
  let best: Scorer | undefined;
  for (const scorer of scorers) {
    const score = scoreOf(scorer, key);
    // Of equal scores the greater name wins (rendezvous.py:45).
    if (score > high || (score === high && best !== undefined && scorer.name > best.name)) {
      high = score;
      best = scorer;
    }
  }
  return best?.index ?? -1;
}

function scoreOf({ state, block, length }: Scorer, key: string): number {
  let end = length;
  for (let i = 0; i < key.length; i++, end++) {
    block |= (key.charCodeAt(i) & 0xff) << ((end & 3) * 8);
    if ((end & 3) === 3) {
      state = mixBlock(state, block);
      block = 0;
    }
  }
  return finish(state ^ scramble(block), end);
}
