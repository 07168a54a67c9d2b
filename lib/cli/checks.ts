// What `doctor` looks at on one server, as rows: each check reads its statistics and says what is wrong, and what helps.

import type { ServerSpec } from '../engine/server';
import { shownBytes, shownCount, shownSeconds } from './text';

export type Grade = 'ok' | 'warn' | 'bad';

export interface Finding {
  readonly grade: Grade;
  /** The server, or what else it is about. */
  readonly about: string;
  readonly what: string;
  /** What to do. */
  readonly advice?: string;
}

/** What one server told. */
export interface Checked {
  readonly server: ServerSpec;
  readonly stats: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
  /** Bytes of the largest value that the chosen client sends by itself. */
  readonly maxValue: number;
  /** Its clock before ours, in seconds, and by how much that may be wrong. */
  readonly skew: number;
  readonly doubt: number;
}

/** memcached's default item size. */
const USUAL_SIZE = 1024 * 1024;
const LISTS_KEYS = [1, 4, 31] as const;
const TELLS_TTL = [1, 6, 0] as const;
/** memcached counts whole seconds on a tick of its own, and is up to two behind. */
const CLOCK_GRAIN_S = 3;
/** Of connections, when the next ones are near to being refused. */
const CROWDED = 0.9;

type Check = (server: Checked) => Omit<Finding, 'about'> | undefined;

const CHECKS: readonly Check[] = [
  ({ stats }) => {
    const uptime = shownSeconds(numberOf(stats, 'uptime'));
    const items = shownCount(numberOf(stats, 'curr_items'));
    return { grade: 'ok', what: `memcached ${versionOf(stats)}, up for ${uptime}, ${items} items` };
  },
  ({ stats }) => {
    if (isFrom(stats, TELLS_TTL)) return undefined;
    const lists = isFrom(stats, LISTS_KEYS);
    return {
      grade: 'warn',
      what: `memcached ${versionOf(stats)} tells no time to live${lists ? '' : ', and lists no keys'}`,
      advice: 'upgrade to 1.6; get, set and the other commands for one key work as they are',
    };
  },
  ({ skew, doubt }) => {
    if (Math.abs(skew) <= CLOCK_GRAIN_S + doubt) return undefined;
    const way = skew > 0 ? 'ahead of' : 'behind';
    return {
      grade: 'warn',
      what: `its clock is ${shownSeconds(Math.abs(skew))} ${way} this machine's`,
      advice: `set the clocks: times over 30 days are sent as Unix times, and end ${skew > 0 ? 'early' : 'late'}`,
    };
  },
  ({ settings, maxValue }) => {
    const size = numberOf(settings, 'item_size_max');
    if (!(size > maxValue)) return undefined;
    return {
      grade: 'warn',
      what: `takes values up to ${shownBytes(size)}, python-memcached sends none over ${shownBytes(maxValue)}`,
      advice: `give python-memcached server_max_value_length=${size}, or nothing larger is ever stored`,
    };
  },
  ({ settings }) => {
    const size = numberOf(settings, 'item_size_max');
    if (!(size < USUAL_SIZE)) return undefined;
    return {
      grade: 'warn',
      what: `takes values up to ${shownBytes(size)} only`,
      advice: 'larger ones are refused, which many programs never look at: start it with -I 1m',
    };
  },
  ({ stats }) => {
    const evictions = numberOf(stats, 'evictions');
    if (!(evictions > 0)) return undefined;
    return {
      grade: 'warn',
      what: `dropped ${shownCount(evictions)} entries before their time, for want of room`,
      advice: `give it more than ${shownBytes(numberOf(stats, 'limit_maxbytes'))} (-m), or shorter times`,
    };
  },
  ({ stats, settings }) => {
    const most = numberOf(settings, 'maxconns');
    const now = numberOf(stats, 'curr_connections');
    const refused = numberOf(stats, 'listen_disabled_num');
    if (!(now > most * CROWDED) && !(refused > 0)) return undefined;
    return {
      grade: 'warn',
      what: `${shownCount(now)} of ${shownCount(most)} connections are open, and ran out ${shownCount(refused)} times`,
      advice: 'let programs share clients, or start it with a larger -c',
    };
  },
];

/** What there is to say of one server. */
export function checkServer(checked: Checked): Finding[] {
  const about = checked.server.name;
  return CHECKS.flatMap((check) => {
    const found = check(checked);
    return found === undefined ? [] : [{ ...found, about }];
  });
}

/** What should be the same on all servers. */
export function checkAlike(all: readonly Checked[]): Finding[] {
  return [
    unlike(all, 'versions', ({ stats }) => versionOf(stats)),
    unlike(all, 'item_size_max', ({ settings }) => settings.get('item_size_max') ?? '?'),
  ].flat();
}

function unlike(
  all: readonly Checked[],
  what: string,
  of: (checked: Checked) => string,
): Finding[] {
  const values = new Set(all.map(of));
  if (values.size < 2) return [];
  const shown = all.map((each) => `${each.server.name} ${of(each)}`).join(', ');
  return [
    {
      grade: 'warn',
      about: 'servers',
      what: `they have different ${what}: ${shown}`,
      advice: 'start them alike: what one of them takes another may refuse',
    },
  ];
}

function numberOf(stats: ReadonlyMap<string, string>, name: string): number {
  return Number(stats.get(name) ?? NaN);
}

function versionOf(stats: ReadonlyMap<string, string>): string {
  return stats.get('version') ?? 'of unknown version';
}

function isFrom(stats: ReadonlyMap<string, string>, least: readonly number[]): boolean {
  const parts = versionOf(stats)
    .split('.')
    .map((part) => parseInt(part));
  for (const [i, number] of least.entries()) {
    const part = parts[i] ?? 0;
    if (part !== number) return part > number;
  }
  return true;
}
